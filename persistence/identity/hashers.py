"""How passwords are hashed."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class BoundedArgon2(Argon2PasswordHasher):
    """Argon2id with OWASP's first set of parameters: 46 MiB, one pass, one lane.

    Django's own take 100 MiB and eight threads for each sign-in. Source:
    https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
    """

    time_cost = 1
    memory_cost = 47_104
    parallelism = 1
