"""Who may call IdentityService and GuestService."""

from mesh.policy import USERS, Policy, rule

SERVICE = "/lamla.identity.v1.IdentityService"
GUESTS = "/lamla.store.v1.GuestService"
EDGE = {"envoy", "developer"}

POLICY: Policy = {
    f"{SERVICE}/CreateGuest": rule(peers=EDGE),
    # With a guest's token that guest becomes the account.
    f"{SERVICE}/Register": rule(peers=EDGE, roles=USERS, token_optional=True),
    # With a guest's token the guest's conversations become the account's.
    f"{SERVICE}/Login": rule(peers=EDGE, roles=USERS, token_optional=True),
    f"{SERVICE}/Refresh": rule(peers=EDGE),
    f"{SERVICE}/Logout": rule(peers=EDGE),
    f"{SERVICE}/GetMe": rule(peers=EDGE, roles=USERS),
    # Every peer that verifies tokens needs the keys.
    f"{SERVICE}/GetJwks": rule(peers=EDGE | {"gateway"}),
    # Its callers are people without a token.
    f"{GUESTS}/OpenGuest": rule(peers={"gateway"}),
}
