"""Relations and keys on (town_id, id), for Django models whose `pk` stays `id`.

On PostgreSQL the primary key is (town_id, id), so that rows of a town can live on a shard of their own; on SQLite
`id` is the primary key and (town_id, id) is unique beside it. Foreign keys inside a town are composite, so the
database itself refuses a row that points into another town. The keys live in `Meta.constraints`, because SQLite
rebuilds tables from the model's state and would lose keys made by plain SQL.
"""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.ddl_references import Statement
from django.db.models.constraints import BaseConstraint
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor

if TYPE_CHECKING:
    Descriptor = ForwardManyToOneDescriptor[Any]
    Relation = models.ForeignObject[Any, Any]
else:
    Descriptor, Relation = ForwardManyToOneDescriptor, models.ForeignObject


class AnotherTown(ValueError):
    """A row was pointed at a row of another town."""


class KeepTown(Descriptor):
    """Setting a relation takes the town from the other row, never changes it, and keeps it when set to None."""

    def __set__(self, instance: Any, value: Any) -> None:
        town = instance.__dict__.get("town_id")
        if value is not None and town is not None and value.town_id != town:
            raise AnotherTown(f"{type(instance).__name__} of town {town} cannot point into town {value.town_id}")
        super().__set__(instance, value)
        if value is None:
            instance.town_id = town


class ToInTown(Relation):
    """A many-to-one relation on (town_id, column); declare the column beside it as a BigIntegerField."""

    forward_related_accessor_class = KeepTown
    requires_unique_target = False

    def __init__(self, to: Any, column: str, on_delete: Any = models.DO_NOTHING, **kwargs: Any) -> None:
        self.column_name = column
        for given in ("from_fields", "to_fields"):
            kwargs.pop(given, None)
        kwargs["serialize"] = False
        super().__init__(to, on_delete, from_fields=["town", column], to_fields=["town", "id"], **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("from_fields")
        kwargs.pop("to_fields")
        kwargs["column"] = self.column_name
        return name, path, args, kwargs


class _KeyConstraint(BaseConstraint):
    """What both keys share: equality by their parts, and nothing to check in Python."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _KeyConstraint) and other.deconstruct() == self.deconstruct()

    def __hash__(self) -> int:
        return hash(self.name)

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Keys are checked by the database."""


class TownKey(_KeyConstraint):
    """PRIMARY KEY (town_id, id) on PostgreSQL; UNIQUE (town_id, id) on SQLite."""

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor == "sqlite":
            return f'CONSTRAINT "{self.name}" UNIQUE ("town_id", "id")'
        schema_editor.deferred_sql.insert(0, self._primary_key_sql(model))
        return None

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor._remake_table(model)  # SQLite has no ALTER for this
            return None
        return self._primary_key_sql(model)

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        raise NotImplementedError("a town's key is not taken away")

    @staticmethod
    def _primary_key_sql(model: Any) -> Any:
        table = model._meta.db_table
        return Statement(f'ALTER TABLE "{table}" DROP CONSTRAINT "{table}_pkey", ADD PRIMARY KEY ("town_id", "id")')


class TownForeignKey(_KeyConstraint):
    """FOREIGN KEY (town_id, column) REFERENCES to (town_id, id)."""

    def __init__(self, *, column: str, to: str, name: str, on_delete: str = "") -> None:
        super().__init__(name=name)
        self.column, self.to, self.on_delete = column, to, on_delete

    def _clause(self) -> str:
        return (
            f'CONSTRAINT "{self.name}" FOREIGN KEY ("town_id", "{self.column}") '
            f'REFERENCES "{self.to}" ("town_id", "id") {self.on_delete} DEFERRABLE INITIALLY DEFERRED'
        )

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor == "sqlite":
            return self._clause()
        schema_editor.deferred_sql.append(self._add_sql(model))
        return None

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor._remake_table(model)  # SQLite has no ALTER for this
            return None
        schema_editor.deferred_sql.append(self._add_sql(model))  # the other table's key may still be to come
        return None

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor._remake_table(model)  # SQLite has no ALTER for this
            return None
        return Statement(f'ALTER TABLE "{model._meta.db_table}" DROP CONSTRAINT "{self.name}"')

    def _add_sql(self, model: Any) -> Any:
        return Statement(f'ALTER TABLE "{model._meta.db_table}" ADD {self._clause()}')

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        kwargs.update(column=self.column, to=self.to, on_delete=self.on_delete)
        return path, args, kwargs
