"""Redrawing boundaries: whatever steps are done, the grids go on tiling their parents, or a fault says where not."""

import json
import random

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from lianxin.places.redraw import Tile, redraw
from lianxin.places.steps import Add, BadSteps, Cut, Draw, Drop, Fate, Move, read_steps, written
from lianxin.places.tiling import NONE, boundary_of, edges, ground_of, point_of, shape_of, tidy

WIDE = 100_000  # a hundredth of a degree
WEST, SOUTH = point_of(117.0, 34.6)
TOWN, VILLAGES = "999001101", ("999001101201", "999001101202")


def box(west, south, east, north):
    x, y = WEST, SOUTH
    return (((x + west, y + south), (x + east, y + south), (x + east, y + north), (x + west, y + north)),)


def double_area(ring):
    """Twice the signed area of a ring, in whole numbers: exact."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in edges(ring))


def size(ground):
    return sum(abs(double_area(part[0])) - sum(abs(double_area(hole)) for hole in part[1:]) for part in ground)


def lattice(rng, columns=4, rows=3, jitter=WIDE // 4):
    """A town of two villages, cut into a lattice with crooked inner corners; the outer borders know few points."""
    point = {}
    for x in range(columns + 1):
        for y in range(rows + 1):
            inner = 0 < x < columns and 0 < y < rows
            dx, dy = (rng.randint(-jitter, jitter), rng.randint(-jitter, jitter)) if inner else (0, 0)
            point[x, y] = (WEST + x * WIDE + dx, SOUTH + y * WIDE + dy)
    tiles = [Tile(TOWN, "镇", "town", "", (box(0, 0, columns * WIDE, rows * WIDE),))]
    half = columns // 2
    middle = [point[half, y] for y in range(rows + 1)]
    west = (point[0, 0], *middle, point[0, rows])
    east = (point[columns, 0], point[columns, rows], *reversed(middle))
    for code, ring, first in ((VILLAGES[0], west, 0), (VILLAGES[1], east, half)):
        tiles.append(Tile(code, code[-3:], "village", TOWN, ((ring,),)))
        cells = [(x, y) for x in range(first, first + half) for y in range(rows)]
        for serial, (x, y) in enumerate(cells, start=1):
            ring = (point[x, y], point[x + 1, y], point[x + 1, y + 1], point[x, y + 1])
            tiles.append(Tile(f"{code}{serial:03d}", f"{code[-3:]}-{serial}", "grid", code, ((ring,),)))
    return tiles


def applied(tiles, redrawn):
    after = {tile.code: tile for tile in tiles}
    for change in redrawn.changes:
        tile = change.tile
        after[tile.code] = Tile(tile.code, tile.name, tile.level, tile.parent, change.after)
    return list(after.values())


def whole(tiles):
    """The children of each grid have together what it has, to the last unit; no two overlap."""
    for above in tiles:
        below = [tile for tile in tiles if tile.parent == above.code]
        if below:
            assert sum(size(tile.ground) for tile in below) == size(above.ground), above.code
            shapes = [shape_of(tile.ground) for tile in below]
            assert shapely.union_all(shapes).area == pytest.approx(sum(shape.area for shape in shapes), rel=1e-12)


@st.composite
def worlds(draw):
    """Tiles, and a way to choose steps among what stands."""
    return lattice(random.Random(draw(st.integers(0, 10**6)))), random.Random(draw(st.integers(0, 10**6)))


def step_among(tiles, rng):
    small = [tile for tile in tiles if tile.level == "grid"]
    tile = rng.choice(small)
    ring = tile.ground[0][0]
    at = rng.choice(ring)
    kind = rng.choice(("move", "move", "add", "drop", "cut", "merge"))
    if kind == "add":
        start, end = rng.choice(list(edges(ring)))
        share = rng.random()
        return Add((round(start[0] + share * (end[0] - start[0])), round(start[1] + share * (end[1] - start[1]))))
    if kind == "drop":
        return Drop(at)
    if kind == "merge":
        return Move(at, rng.choice(ring))
    if kind == "cut":
        others = [each.code for each in small if each.parent == tile.parent and each.code != tile.code]
        fate = rng.choice((Fate(grid=rng.choice(others)), Fate(name="新格")))
        return Cut(tile.code, (at, rng.choice(ring)), *rng.sample((Fate(), fate), 2))
    far = rng.choice((WIDE // 50, WIDE // 5, WIDE))
    return Move(at, (at[0] + rng.randint(-far, far), at[1] + rng.randint(-far, far)))


@settings(max_examples=80)
@given(worlds(), st.integers(1, 6))
def test_whatever_is_done_the_grids_tile_their_parents_or_it_is_refused(world, count):
    tiles, rng = world
    before = {tile.code: tile.ground for tile in tiles}
    for _step in range(count):
        redrawn = redraw(tiles, [step_among(tiles, rng)])
        if not redrawn.sound:
            assert all(str(misfit.message) for misfit in redrawn.misfits)
            continue
        tiles = applied(tiles, redrawn)
        touched = {change.tile.code for change in redrawn.changes}
        assert all(tile.ground is before.get(tile.code) or tile.code in touched or tile.ground == before[tile.code] for tile in tiles)
        before = {tile.code: tile.ground for tile in tiles}
    whole(tiles)
    spots = [(WEST + rng.uniform(0, 4 * WIDE), SOUTH + rng.uniform(0, 3 * WIDE)) for _spot in range(20)]
    small = [shape_of(tile.ground) for tile in tiles if tile.level == "grid"]
    for spot in map(shapely.Point, spots):
        assert sum(shape.contains(spot) for shape in small) <= 1
        assert any(shape.intersects(spot) for shape in small) == shape_of(tiles[0].ground).intersects(spot)


@given(worlds(), st.integers(-500, 500), st.integers(-500, 500))
def test_a_small_move_of_any_point_is_done_and_cuts_the_grids_to_it(world, dx, dy):
    tiles, rng = world
    at = rng.choice(rng.choice(tiles).ground[0][0])
    redrawn = redraw(tiles, [Move(at, (at[0] + dx, at[1] + dy))])
    assert redrawn.misfits == ()
    whole(applied(tiles, redrawn))


@settings(max_examples=60)
@given(worlds(), st.integers(2, 8))
def test_wild_steps_done_together_are_answered_never_raised(world, count):
    tiles, rng = world
    steps = [step_among(tiles, rng) for _step in range(count)]
    steps += [Move(point, rng.choice(tiles[-1].ground[0][0])) for point in tiles[-1].ground[0][0][:2]]
    steps += [Draw(tiles[0].code, steps[0].line if isinstance(steps[0], Cut) else ()), step_among(tiles, rng)]
    for upto in range(1, len(steps) + 1):
        redrawn = redraw(tiles, steps[:upto])
        assert redrawn.sound or all(str(misfit.message) for misfit in redrawn.misfits)
        assert all(change.area_after >= 0 for change in redrawn.changes)


@settings(max_examples=40)
@given(worlds())
def test_steps_done_together_come_to_what_they_come_to_one_by_one(world):
    tiles, rng = world
    steps, one_by_one = [], tiles
    for _step in range(4):
        step = step_among(one_by_one, rng)
        redrawn = redraw(one_by_one, [step])
        if redrawn.sound:
            steps.append(step)
            one_by_one = applied(one_by_one, redrawn)
    together = redraw(tiles, steps)
    assert together.sound
    assert {tile.code: tile.ground for tile in applied(tiles, together)} == {tile.code: tile.ground for tile in one_by_one}


@settings(max_examples=40)
@given(worlds(), st.integers(-WIDE // 5, WIDE // 5), st.integers(-WIDE // 5, WIDE // 5))
def test_a_move_and_back_gives_the_same_bytes(world, dx, dy):
    tiles, rng = world
    inner = [point for tile in tiles for point in tile.ground[0][0] if WEST < point[0] < WEST + 4 * WIDE and SOUTH < point[1] < SOUTH + 3 * WIDE]
    at = rng.choice(inner)
    there = redraw(tiles, [Move(at, (at[0] + dx, at[1] + dy))])
    if there.sound and (dx, dy) != (0, 0):
        back = redraw(applied(tiles, there), [Move((at[0] + dx, at[1] + dy), at)])
        assert back.sound
        was, now = ({tile.code: tile.ground for tile in each} for each in (tiles, applied(applied(tiles, there), back)))
        changed = {change.tile.code for change in there.changes}
        assert changed >= {tile.code for tile in tiles if at in tile.ground[0][0]}
        for code, ground in was.items():
            assert json.dumps(boundary_of(now[code])) == json.dumps(boundary_of(ground))


@given(st.lists(st.tuples(st.floats(110, 120), st.floats(30, 40)), min_size=3, max_size=8, unique=True))
def test_a_stored_boundary_is_read_and_written_alike(points):
    ring = [[round(lon, 7), round(lat, 7)] for lon, lat in points]
    stored = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    assert boundary_of(ground_of(stored)) == stored
    many = {"type": "MultiPolygon", "coordinates": [stored["coordinates"], stored["coordinates"]]}
    assert boundary_of(ground_of(many)) == many
    assert boundary_of(ground_of(None)) is None


# ---- by hand -------------------------------------------------------------------------------------


def corner(x, y):
    return (WEST + x * WIDE, SOUTH + y * WIDE)


def straight(columns=4, rows=1):
    return lattice(random.Random(1), columns, rows, jitter=0)


def codes(redrawn):
    return [misfit.code for misfit in redrawn.misfits]


def after(redrawn, code):
    return next(change.after for change in redrawn.changes if change.tile.code == code)


FIRST, SECOND = f"{VILLAGES[0]}001", f"{VILLAGES[0]}002"


def test_a_border_that_passes_through_the_moved_point_gets_it():
    there = (WEST + WIDE, SOUTH - WIDE // 10)
    redrawn = redraw(straight(), [Move(corner(1, 0), there)])
    assert redrawn.sound
    assert [change.tile.code for change in redrawn.changes] == [TOWN, VILLAGES[0], FIRST, SECOND]
    assert there in after(redrawn, TOWN)[0][0]  # it had four corners, and gets a fifth
    whole(applied(straight(), redrawn))


def test_a_grid_may_not_vanish_and_what_is_tangled_is_mended_before_it_is_cut():
    first = next(tile for tile in straight() if tile.code == FIRST).ground[0][0]
    gone = redraw(straight(), [Move(first[1], first[0]), Move(first[2], first[0]), Move(first[3], first[0])])
    assert ("vanished", (FIRST,)) in [(misfit.code, misfit.grids) for misfit in gone.misfits]
    tangle = Move(corner(1, 1), (WEST + WIDE // 2, SOUTH - WIDE))
    across = ((WEST - 5, SOUTH + WIDE // 2), (WEST + 5 * WIDE, SOUTH + WIDE // 2))
    assert redraw(straight(), [tangle, Cut(FIRST, across, Fate(), Fate(grid=SECOND))]).misfits[0].grave


def test_a_stored_boundary_that_is_no_sound_shape_is_told_not_raised():
    bow = ((WEST + WIDE, SOUTH), (WEST + 2 * WIDE, SOUTH + WIDE), (WEST + 2 * WIDE, SOUTH), (WEST + WIDE, SOUTH + WIDE))
    tiles = [tile if tile.code != SECOND else Tile(SECOND, "乙", "grid", VILLAGES[0], ((bow,),)) for tile in straight()]
    redrawn = redraw(tiles, [Move(corner(0, 0), (WEST + 900, SOUTH + 700))])
    assert redrawn.sound or codes(redrawn) == ["unsound_beside"]


def test_a_point_that_stays_where_it_is_changes_nothing():
    assert redraw(straight(), [Move(corner(1, 0), corner(1, 0))]).changes == ()
    assert codes(redraw(straight(), [Move((1, 1), (1, 1))])) == ["no_point"]


def test_a_point_moved_onto_another_merges_with_it():
    tiles = straight()
    added = (WEST + WIDE, SOUTH + WIDE // 2)
    redrawn = redraw(tiles, [Add(added), Move(added, corner(1, 1))])
    assert redrawn.sound
    assert redrawn.changes[-1:] == () or all(added not in ring for change in redrawn.changes for part in change.after for ring in part)


def test_a_point_where_boundaries_meet_is_not_dropped_but_one_between_two_is():
    tiles, added = straight(), (WEST + WIDE, SOUTH + WIDE // 2)
    assert codes(redraw(tiles, [Drop(corner(1, 1))])) == ["meeting"]
    assert codes(redraw(tiles, [Drop(added)])) == ["no_point"]
    assert codes(redraw(tiles, [Add((WEST + WIDE // 2, SOUTH + WIDE // 2))])) == ["not_on_border"]
    redrawn = redraw(tiles, [Add(added), Drop(added)])
    assert (redrawn.sound, redrawn.changes) == (True, ())


def test_a_corner_pulled_across_another_border_crosses_itself_with_a_place():
    redrawn = redraw(straight(), [Move(corner(1, 1), (WEST + WIDE, SOUTH - WIDE))])
    assert "self_crossing" in codes(redrawn)
    lon, lat = redrawn.misfits[0].where
    assert (lon, lat) == pytest.approx((117.01, 34.6), abs=0.01)


def unclean(*ring):
    """The second grid with a border of its own beside the first, as two offices draw it."""
    points = ((WEST + 2 * WIDE, SOUTH + WIDE), corner(1, 1), *ring, corner(1, 0), (WEST + 2 * WIDE, SOUTH))
    return [tile if tile.code != SECOND else Tile(SECOND, "乙", "grid", VILLAGES[0], ((points,),)) for tile in straight()]


def test_ground_given_up_where_the_parent_was_wholly_divided_is_a_gap_and_taken_twice_an_overlap():
    nick = (WEST + WIDE + 4, SOUTH + 20)
    tiles = unclean((WEST + WIDE, SOUTH + 40), nick)
    gap = redraw(tiles, [Move(nick, (nick[0] + 5000, nick[1]))])
    assert [(misfit.code, misfit.grave, misfit.grids) for misfit in gap.misfits] == [("gap", True, (VILLAGES[0],))]
    overlap = redraw(tiles, [Move(nick, (nick[0] - 5000, nick[1]))])
    assert [(misfit.code, misfit.grids) for misfit in overlap.misfits] == [("overlap", (SECOND, FIRST))]
    assert overlap.misfits[0].where == pytest.approx((117.0098, 34.6), abs=1e-4)


def test_what_was_unclean_before_is_no_reason_to_refuse():
    nick = (WEST + WIDE - 4000, SOUTH + WIDE // 2)
    tiles = unclean(nick)
    assert redraw(tiles, [Move(nick, (nick[0] + 1000, nick[1]))]).sound
    assert redraw(tiles, [Move(corner(2, 1), (WEST + 2 * WIDE, SOUTH + WIDE + 3000))]).sound


def test_a_step_that_cannot_be_done_is_named_and_those_before_it_are_told():
    redrawn = redraw(straight(), [Add((WEST + WIDE, SOUTH + 5)), Drop((1, 1)), Add((WEST, SOUTH + 9))])
    assert [(misfit.code, misfit.step) for misfit in redrawn.misfits] == [("no_point", 2)]
    assert [change.tile.code for change in redrawn.changes] == [FIRST, SECOND]


def test_a_piece_cut_off_goes_to_its_neighbour_and_the_ends_of_the_cut_to_all_borders():
    tiles = straight()
    line = ((WEST + WIDE // 2, SOUTH - 50), (WEST + WIDE // 2, SOUTH + WIDE + 50))  # it overshoots: what counts is where it crosses
    redrawn = redraw(tiles, [Cut(FIRST, line, Fate(), Fate(grid=SECOND))])
    assert redrawn.sound, redrawn.misfits
    assert [change.tile.code for change in redrawn.changes] == [TOWN, VILLAGES[0], FIRST, SECOND]
    assert size(after(redrawn, FIRST)) == WIDE * WIDE
    assert size(after(redrawn, SECOND)) == 3 * WIDE * WIDE
    whole(applied(tiles, redrawn))


def test_a_piece_becomes_a_new_grid_under_a_code_never_used():
    tiles, line = straight(), (corner(0, 0), (WEST + WIDE // 2, SOUTH + 60_000), corner(1, 1))
    redrawn = redraw(tiles, [Cut(FIRST, line, Fate(name="北片"), Fate())], taken=[f"{VILLAGES[0]}007"])
    made = redrawn.changes[-1]
    assert (made.tile.code, made.tile.name, made.tile.level, made.is_new) == (f"{VILLAGES[0]}008", "北片", "grid", True)
    assert shape_of(made.after).contains(shapely.Point(WEST + WIDE // 4, SOUTH + WIDE * 3 // 4))
    whole(applied(tiles, redrawn))
    full = [Tile(f"{VILLAGES[0]}999", "末格", "grid", VILLAGES[0])]
    assert codes(redraw([*tiles, *full], [Cut(FIRST, line, Fate(name="北片"), Fate())])) == ["no_code"]


def test_a_grid_made_by_one_step_can_be_named_by_the_next():
    tiles = straight()
    first = Cut(FIRST, ((WEST + WIDE // 2, SOUTH), (WEST + WIDE // 2, SOUTH + WIDE)), Fate(), Fate(name="中片"))
    new = f"{VILLAGES[0]}003"
    second = Cut(new, ((WEST + 80_000, SOUTH), (WEST + 80_000, SOUTH + WIDE)), Fate(), Fate(grid=SECOND))
    redrawn = redraw(tiles, [first, second])
    assert redrawn.sound
    assert size(after(redrawn, new)) == 2 * 30_000 * WIDE
    whole(applied(tiles, redrawn))


@pytest.mark.parametrize(
    ("cut", "code"),
    [
        (Cut(VILLAGES[0], (corner(0, 0), corner(1, 1)), Fate(), Fate(grid=VILLAGES[1])), "not_smallest"),
        (Cut(FIRST, (corner(0, 0), corner(1, 1)), Fate(), Fate()), "one_stays"),
        (Cut(FIRST, (corner(0, 0), corner(1, 1)), Fate(name="甲"), Fate(name="乙")), "one_stays"),
        (Cut(FIRST, (corner(0, 0), (WEST + 50_000, SOUTH + 50_000)), Fate(), Fate(grid=SECOND)), "cut_once"),
        (Cut(FIRST, (corner(0, 0), corner(1, 0)), Fate(), Fate(grid=SECOND)), "cut_once"),
        (Cut(FIRST, (corner(0, 0), corner(0, 0)), Fate(), Fate(grid=SECOND)), "cut_once"),
        (Cut(FIRST, ((WEST, SOUTH + 5), (WEST + 5, SOUTH)), Fate(), Fate(grid=SECOND)), "too_small"),
        (Cut(FIRST, (corner(0, 0), corner(1, 1)), Fate(), Fate(grid=f"{VILLAGES[1]}001")), "not_sibling"),
        (Cut(FIRST, ((WEST + 50_000, SOUTH), (WEST + 50_000, SOUTH + WIDE)), Fate(grid=SECOND), Fate()), "not_beside"),
        (Cut("123", (corner(0, 0), corner(1, 1)), Fate(), Fate(name="丙")), "unknown_grid"),
    ],
)  # fmt: skip
def test_a_cut_that_cannot_be_is_refused_with_its_reason(cut, code):
    assert codes(redraw(straight(), [cut])) == [code]


def test_a_grid_without_a_boundary_is_drawn_roughly_and_gets_what_is_free():
    tiles = [tile for tile in straight() if tile.code != SECOND] + [Tile(SECOND, "待画", "grid", VILLAGES[0])]
    rough = ((WEST + WIDE // 2, SOUTH - 900), (WEST + 3 * WIDE + 7, SOUTH - 800), (WEST + 3 * WIDE, SOUTH + WIDE + 333), (WEST + WIDE // 2, SOUTH + 2 * WIDE))
    redrawn = redraw(tiles, [Draw(SECOND, rough)])
    assert redrawn.sound, [str(misfit.message) for misfit in redrawn.misfits]
    assert size(after(redrawn, SECOND)) == 2 * WIDE * WIDE
    whole(applied(tiles, redrawn))
    assert codes(redraw(tiles, [Draw(FIRST, rough)])) == ["has_boundary"]
    assert codes(redraw(tiles, [Draw(SECOND, box(0, 0, WIDE, WIDE)[0])])) == ["no_ground"]
    assert codes(redraw(tiles, [Draw(SECOND, rough[:2])])) == ["self_crossing"]


def test_a_grid_drawn_in_part_of_the_free_ground_crosses_slanted_borders_without_a_gap():
    tiles = lattice(random.Random(5))
    free = f"{VILLAGES[0]}005"  # in the middle of its village, crooked on three sides
    ground = next(tile.ground for tile in tiles if tile.code == free)
    open_ = [tile if tile.code != free else Tile(free, "待画", "grid", VILLAGES[0]) for tile in tiles]
    middle = shape_of(ground).centroid
    x, y = round(middle.x), round(middle.y)
    half = redraw(open_, [Draw(free, ((x, y - 3 * WIDE), (x + 3 * WIDE, y - 3 * WIDE), (x + 3 * WIDE, y + 3 * WIDE), (x, y + 3 * WIDE)))])
    assert half.sound or codes(half) == ["parts"]
    drawn = applied(open_, half)
    shapes = {tile.code: shape_of(tile.ground) for tile in drawn if tile.level == "grid"}
    for code, shape in shapes.items():
        if code != free:
            assert shapely.intersection(shape, shapes[free]).area == 0.0
    assert all(point == (round(point[0]), round(point[1])) for point in after(half, free)[0][0])


def test_making_room_where_the_parent_is_not_wholly_divided_is_a_note_not_a_fault():
    tiles = [tile for tile in straight() if tile.code != SECOND] + [Tile(SECOND, "待画", "grid", VILLAGES[0])]
    redrawn = redraw(tiles, [Move(corner(1, 0), (WEST + 90_000, SOUTH)), Move(corner(1, 1), (WEST + 90_000, SOUTH + WIDE))])
    assert (redrawn.sound, codes(redrawn)) == (True, ["gap"])


def test_spikes_and_points_said_twice_go():
    assert tidy(((0, 0), (0, 0), (5, 0), (9, 0), (5, 0), (5, 5))) == ((0, 0), (5, 0), (5, 5))
    assert tidy(((0, 0), (5, 0))) == ((0, 0), (5, 0))


@pytest.mark.parametrize(
    "raw",
    [
        "{", "{}", 7, None, "[1]", [{"do": "fly"}], [{"do": "move"}], [{"do": "move", "from": [1], "to": [1, 2]}],
        [{"do": "add", "at": ["x", 1]}], [{"do": "add", "at": [34.6, 117.0]}], [{"do": "add", "at": [float("nan"), 1]}],
        [{"do": "cut", "grid": "1", "line": [], "left": "stay", "right": {"to": "stay"}}],
        [{"do": "cut", "grid": "1", "line": [], "left": {"to": "new", "name": " "}, "right": {"to": "stay"}}],
        [{"do": "cut", "grid": "1", "line": [], "left": {"to": "new", "name": "长" * 61}, "right": {"to": "stay"}}],
        [{"do": "draw", "grid": 5, "ring": []}], [{"do": "draw", "grid": "5", "ring": "x"}], [{"do": "drop", "at": [1, 2]}] * 501,
    ],
)  # fmt: skip
def test_what_is_no_step_is_refused_in_words(raw):
    with pytest.raises(BadSteps) as refused:
        read_steps(raw)
    assert str(refused.value)


def test_steps_are_read_from_their_text():
    text = json.dumps([
        {"do": "move", "from": [117.01, 34.6], "to": ["117.02", 34.61]},
        {"do": "cut", "grid": FIRST, "line": [[117.0, 34.6], [117.01, 34.61]], "left": {"to": "stay"}, "right": {"to": "new", "name": " 北  片 "}},
    ])  # fmt: skip
    move, cut = read_steps(text)
    assert move == Move((1170100000, 346000000), (1170200000, 346100000))
    assert (cut.right, cut.left.stays) == (Fate(name="北 片"), True)
    assert read_steps("") == []


def test_a_town_without_ground_has_nothing_to_redraw():
    assert codes(redraw([Tile(TOWN, "镇", "town", "")], [Move((0, 0), (1, 1))])) == ["no_point"]
    drawn = redraw([Tile(TOWN, "镇", "town", "")], [Draw(TOWN, box(0, 0, WIDE, WIDE)[0])])
    assert drawn.sound
    assert [change.before for change in drawn.changes] == [NONE]


@given(worlds())
def test_steps_are_written_as_they_are_read(world):
    tiles, rng = world
    steps = [step_among(tiles, rng) for _step in range(5)] + [Draw(FIRST, box(0, 0, 5, 5)[0])]
    assert read_steps(json.dumps(written(steps))) == steps
