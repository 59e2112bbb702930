"""Rows of a town, and the guard: nobody reads them without saying who is looking, or why, and of which town."""

from typing import Any, Final, Protocol, Self, TypeVar

from django.db import models
from django.db.models import Q, sql

from lianxin.keys.ids import new_id

RowT_co = TypeVar("RowT_co", bound=models.Model, covariant=True)


class Unscoped(RuntimeError):
    """Rows of towns were asked for without `seen_by(actor)` or `for_system(why, town)`."""


class Looker(Protocol):
    """Whoever looks at rows: acts in one town."""

    @property
    def town_id(self) -> int: ...


class _EveryTown:
    def __repr__(self) -> str:
        return "EVERY_TOWN"


EVERY_TOWN: Final = _EveryTown()  # named at each of the few places that read across towns


class GuardedQuery(sql.Query):
    """A query that does not compile until somebody has said why it may run.

    Guarding here, and not in the manager's methods, also holds for subqueries, unions and `Exists`.
    """

    why = ""

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:
        if not self.why:
            raise Unscoped(_complaint(self.model))
        return super().get_compiler(*args, **kwargs)


def _complaint(model: Any) -> str:
    return f"{model.__name__} needs .seen_by(actor) or .for_system(why, town)"


class GuardedQuerySet(models.QuerySet[RowT_co]):
    """The `objects` of every town model."""

    def __init__(self, model: Any = None, query: Any = None, using: Any = None, hints: Any = None) -> None:
        super().__init__(model, query or GuardedQuery(model), using, hints)

    def seen_by(self, actor: Looker) -> Self:
        """The rows of the actor's town that the actor may see (the model's `visible_to` says which)."""
        return self._allowed("actor").filter(self.model.visible_to(actor), town_id=actor.town_id)  # type: ignore[attr-defined]

    def for_system(self, why: str, town: "int | models.Model | _EveryTown") -> Self:
        """All rows of a town, for the product's own work; `why` is for the reader of the code."""
        if not why:
            raise Unscoped("say why the system reads every row")
        rows = self._allowed(why)
        if isinstance(town, _EveryTown):
            return rows
        return rows.filter(town_id=town if isinstance(town, int) else town.pk)

    def _allowed(self, why: str) -> Self:
        rows: Self = self._chain()  # type: ignore[attr-defined]
        rows.query.why = why  # type: ignore[attr-defined]
        return rows

    def _add_hints(self, **hints: Any) -> None:
        super()._add_hints(**hints)  # type: ignore[misc]
        if isinstance(hints.get("instance"), _Scoped):  # reached from a row that was itself seen
            self.query.why = "related"  # type: ignore[attr-defined]

    def update(self, **kwargs: Any) -> int:
        self._must_be_allowed()
        return super().update(**kwargs)

    update.alters_data = True  # type: ignore[attr-defined]

    def _raw_delete(self, using: str | None) -> int:
        self._must_be_allowed()
        return super()._raw_delete(using)

    _raw_delete.alters_data = True  # type: ignore[attr-defined]

    def _must_be_allowed(self) -> None:
        if not self.query.why:  # type: ignore[attr-defined]
            raise Unscoped(_complaint(self.model))


class _Scoped(models.Model):
    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    town = models.ForeignKey("keys.Town", models.PROTECT, related_name="+")

    objects = GuardedQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def visible_to(cls, actor: Any) -> Q:
        """Which rows of the actor's own town the actor sees; every row unless the model says otherwise."""
        return Q()


class OfTown(_Scoped):
    """A small table of a town's settings and people: plain key `id`, guarded like the rest."""

    class Meta:
        abstract = True


class InTown(_Scoped):
    """A table that grows with a town's life: key (town_id, id), every statement names the town.

    Each concrete model carries `TownKey` and a `TownForeignKey` for every relation in its `Meta.constraints`.
    """

    class Meta:
        abstract = True

    def _do_update(self, base_qs: Any, *args: Any) -> Any:
        return super()._do_update(base_qs.filter(town_id=self.town_id), *args)

    def refresh_from_db(self, using: Any = None, fields: Any = None, from_queryset: Any = None) -> None:
        rows = from_queryset if from_queryset is not None else type(self)._base_manager.using(using)
        super().refresh_from_db(using, fields, rows.filter(town_id=self.town_id))

    def delete(self, using: Any = None, keep_parents: bool = False) -> Any:
        """Delete by key; what hangs on the row goes by the database's own ON DELETE."""
        rows = type(self)._base_manager.using(using).filter(town_id=self.town_id, pk=self.pk)
        return rows._raw_delete(using or "default")
