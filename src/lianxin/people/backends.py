"""How an account signs in, and is known again with every request."""

from functools import lru_cache
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db import DEFAULT_DB_ALIAS, connections

from lianxin.keys.prepared import Prepared
from lianxin.people.models import Account


class AccountBackend(ModelBackend):
    """Django's own, but who has signed in is read by a statement that is made once: every page and picture asks."""

    def get_user(self, user_id: Any) -> Account | None:
        """The account of a session; None when it is gone or disabled."""
        rows = _by_id(connections[DEFAULT_DB_ALIAS].vendor).rows(pk=int(user_id))
        account = Account.from_db(DEFAULT_DB_ALIAS, _columns(), rows[0]) if rows else None
        return account if account is not None and self.user_can_authenticate(account) else None


def _columns() -> list[str]:
    return [field.attname for field in Account._meta.concrete_fields]  # noqa: SLF001 - Django's own name for it


@lru_cache(maxsize=2)
def _by_id(_vendor: str) -> Prepared:
    return Prepared(lambda pk: Account.objects.filter(pk=pk).values_list(*_columns()), pk=int)
