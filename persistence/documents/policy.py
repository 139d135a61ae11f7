"""Who may call the services of documents."""

from mesh.policy import USERS, Policy, rule

COLLECTIONS = "/lamla.documents.v1.CollectionService"
DOCUMENTS = "/lamla.documents.v1.DocumentService"
UPLOADS = "/lamla.documents.v1.UploadService"

_PUBLIC = rule(peers={"envoy", "developer"}, roles=USERS)
# gateway serves older clients' paths with the user's own token.
_PUBLIC_AND_GATEWAY = rule(peers={"envoy", "developer", "gateway"}, roles=USERS)

POLICY: Policy = {
    f"{COLLECTIONS}/CreateCollection": _PUBLIC,
    f"{COLLECTIONS}/ListCollections": _PUBLIC,
    f"{COLLECTIONS}/GetCollection": _PUBLIC,
    f"{COLLECTIONS}/UpdateCollection": _PUBLIC,
    f"{COLLECTIONS}/DeleteCollection": _PUBLIC,
    f"{COLLECTIONS}/ChangeDocuments": _PUBLIC,
    f"{DOCUMENTS}/ListDocuments": _PUBLIC_AND_GATEWAY,
    f"{DOCUMENTS}/GetDocument": _PUBLIC_AND_GATEWAY,
    f"{DOCUMENTS}/UpdateDocument": _PUBLIC,
    f"{DOCUMENTS}/DeleteDocument": _PUBLIC,
    f"{DOCUMENTS}/RetryIngestion": _PUBLIC,
    f"{DOCUMENTS}/CancelIngestion": _PUBLIC,
    f"{DOCUMENTS}/WatchIngestion": _PUBLIC,
    f"{DOCUMENTS}/ReadDocumentPages": _PUBLIC,
    f"{DOCUMENTS}/DownloadDocument": _PUBLIC,
    f"{UPLOADS}/CreateUpload": _PUBLIC,
    f"{UPLOADS}/UploadPart": _PUBLIC,
    f"{UPLOADS}/GetUpload": _PUBLIC,
    f"{UPLOADS}/CompleteUpload": _PUBLIC,
    f"{UPLOADS}/CancelUpload": _PUBLIC,
    f"{UPLOADS}/UploadDocument": _PUBLIC,
    f"{UPLOADS}/ImportUrl": _PUBLIC,
}
