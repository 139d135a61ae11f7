"""Who may call IdentityService."""

from mesh.policy import USERS, Policy, rule

SERVICE = "/lamla.identity.v1.IdentityService"
EDGE = {"envoy", "developer"}

POLICY: Policy = {
    f"{SERVICE}/CreateGuest": rule(peers=EDGE),
    # With a guest's token that guest becomes the account.
    f"{SERVICE}/Register": rule(peers=EDGE, roles=USERS, token_optional=True),
    f"{SERVICE}/Login": rule(peers=EDGE),
    f"{SERVICE}/Refresh": rule(peers=EDGE),
    f"{SERVICE}/Logout": rule(peers=EDGE),
    f"{SERVICE}/GetMe": rule(peers=EDGE, roles=USERS),
    # Every peer that verifies tokens needs the keys.
    f"{SERVICE}/GetJwks": rule(peers=EDGE | {"gateway"}),
}
