"""Who acts, in one town, through one post: the first argument of every read and the signature under every write."""

from dataclasses import dataclass

from lianxin.keys.models import Town
from lianxin.people.models import Post


@dataclass(frozen=True, slots=True)
class Actor:
    """A person in a post; or the town's own clockwork (`system`); or the public (`nobody`); or a reporter with the
    secret of one case; or a contractor with a link to one, who sees what the link shows and no case.
    """

    town: Town
    role: str = ""
    account_id: int | None = None
    post_id: int | None = None
    unit_id: int | None = None
    grid_path: str = ""
    sees: str = "none"  # town | grid | unit | own | none
    may: frozenset[str] = frozenset()
    confidential: frozenset[str] = frozenset()
    name: str = ""
    reporter_of: int | None = None  # the case whose secret this reporter has shown
    reporter_id: int | None = None
    scopes: frozenset[str] | None = None  # of an access token; None: a session, unlimited
    link_id: int | None = None  # the link a contractor has shown

    @property
    def town_id(self) -> int:
        """The town acted in."""
        return self.town.pk

    @property
    def is_staff(self) -> bool:
        """Whether a post stands behind this actor."""
        return self.post_id is not None

    def can(self, permission: str) -> bool:
        """Whether the actor's role has a permission (roles.yaml: `may`)."""
        return permission in self.may


def actor_of(post: Post, town: Town, scopes: frozenset[str] | None = None) -> Actor:
    """The actor of a post read with its role, grid and account."""
    return Actor(
        town=town,
        role=post.role.key,
        account_id=post.account_id,
        post_id=post.pk,
        unit_id=post.unit_id,
        grid_path=post.grid.path if post.grid else "",
        sees=post.role.sees,
        may=frozenset(post.role.may),
        confidential=frozenset(post.role.confidential),
        name=post.account.name,
        scopes=scopes,
    )


def system(town: Town) -> Actor:
    """The town's own clockwork: sweeps, imports, suggestions."""
    return Actor(town=town, role="system", sees="town")


def nobody(town: Town) -> Actor:
    """The public: sees what is published, nothing else."""
    return Actor(town=town)


def reporter(town: Town, *, case_id: int, reporter_id: int, first: bool = True) -> Actor:
    """A reporter who has shown the secret of one case; who joined it later (`first=False`) may not speak for it."""
    role = "reporter" if first else "joiner"
    return Actor(town=town, role=role, sees="none", reporter_of=case_id, reporter_id=reporter_id)


def contractor(town: Town, *, link_id: int) -> Actor:
    """A contractor who has shown the secret of a link: writes through it, and reads no row of any case."""
    return Actor(town=town, role="contractor", sees="none", link_id=link_id)
