"""Metres on a plane turned into degrees: known points to the centimetre, real .prj texts of each sort, and files."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianxin.places.projected import Zone, zone_in

# As mapping programs write them: Esri's, GDAL's, and WKT 2 of 2019 and 2015.
GK_CM = (
    'PROJCS["CGCS2000_3_Degree_GK_CM_120E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJE'
    'CTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_M'
    'eridian",120.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
GK_ZONE = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_39",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJE'
    'CTION["Gauss_Kruger"],PARAMETER["False_Easting",39500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central'
    '_Meridian",117.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
GK_SIX = (
    'PROJCS["CGCS2000_GK_CM_111E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID['
    '"CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Ga'
    'uss_Kruger"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",'
    '111.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
UTM = (
    'PROJCS["WGS_1984_UTM_Zone_50N",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.2572'
    '23563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER'
    '["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",117.0],PARAMETER["Scal'
    'e_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
OGC = (
    'PROJCS["CGCS2000 / 3-degree Gauss-Kruger zone 39",GEOGCS["China Geodetic Coordinate System 2000",DATUM["China_'
    '2000",SPHEROID["CGCS2000",6378137,298.257222101,AUTHORITY["EPSG","1024"]],AUTHORITY["EPSG","1043"]],PRIMEM["Gr'
    'eenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPS'
    'G","4490"]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",1'
    '17],PARAMETER["scale_factor",1],PARAMETER["false_easting",39500000],PARAMETER["false_northing",0],UNIT["metre"'
    ',1,AUTHORITY["EPSG","9001"]],AUTHORITY["EPSG","4527"]]'
)
WKT2 = (
    'PROJCRS["CGCS2000 / 3-degree Gauss-Kruger CM 120E",BASEGEOGCRS["China Geodetic Coordinate System 2000",DATUM["'
    'China 2000",ELLIPSOID["CGCS2000",6378137,298.257222101,LENGTHUNIT["metre",1]]],PRIMEM["Greenwich",0,ANGLEUNIT['
    '"degree",0.0174532925199433]],ID["EPSG",4490]],CONVERSION["3-degree Gauss-Kruger CM 120E",METHOD["Transverse M'
    'ercator",ID["EPSG",9807]],PARAMETER["Latitude of natural origin",0,ANGLEUNIT["degree",0.0174532925199433],ID["'
    'EPSG",8801]],PARAMETER["Longitude of natural origin",120,ANGLEUNIT["degree",0.0174532925199433],ID["EPSG",8802'
    ']],PARAMETER["Scale factor at natural origin",1,SCALEUNIT["unity",1],ID["EPSG",8805]],PARAMETER["False easting'
    '",500000,LENGTHUNIT["metre",1],ID["EPSG",8806]],PARAMETER["False northing",0,LENGTHUNIT["metre",1],ID["EPSG",8'
    '807]]],CS[Cartesian,2],AXIS["northing (X)",north,ORDER[1],LENGTHUNIT["metre",1]],AXIS["easting (Y)",east,ORDER'
    '[2],LENGTHUNIT["metre",1]],USAGE[SCOPE["Cadastre, engineering survey, topographic mapping (large scale)."],ARE'
    'A["China - onshore between 118°30\'E and 121°30\'E."],BBOX[24.43,118.5,53.33,121.5]],ID["EPSG",4549]]'
)
WKT2_UTM = (
    'PROJCRS["WGS 84 / UTM zone 50N",BASEGEODCRS["WGS 84",DATUM["World Geodetic System 1984",ELLIPSOID["WGS 84",637'
    '8137,298.257223563,LENGTHUNIT["metre",1]]],PRIMEM["Greenwich",0,ANGLEUNIT["degree",0.0174532925199433]]],CONVE'
    'RSION["UTM zone 50N",METHOD["Transverse Mercator",ID["EPSG",9807]],PARAMETER["Latitude of natural origin",0,AN'
    'GLEUNIT["degree",0.0174532925199433],ID["EPSG",8801]],PARAMETER["Longitude of natural origin",117,ANGLEUNIT["d'
    'egree",0.0174532925199433],ID["EPSG",8802]],PARAMETER["Scale factor at natural origin",0.9996,SCALEUNIT["unity'
    '",1],ID["EPSG",8805]],PARAMETER["False easting",500000,LENGTHUNIT["metre",1],ID["EPSG",8806]],PARAMETER["False'
    ' northing",0,LENGTHUNIT["metre",1],ID["EPSG",8807]]],CS[Cartesian,2],AXIS["(E)",east,ORDER[1],LENGTHUNIT["metr'
    'e",1]],AXIS["(N)",north,ORDER[2],LENGTHUNIT["metre",1]],SCOPE["Navigation and medium accuracy spatial referenc'
    'ing."],AREA["Between 114°E and 120°E, northern hemisphere between equator and 84°N, onshore and offshore. Brun'
    'ei. China. Hong Kong. Indonesia. Malaysia - East Malaysia - Sarawak. Mongolia. Philippines. Russian Federation'
    '. Taiwan."],BBOX[0,114,84,120],ID["EPSG",32650]]'
)
XIAN = (
    'PROJCS["Xian_1980_3_Degree_GK_CM_117E",GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",SPHEROID["Xian_1980",6378140'
    '.0,298.257]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["'
    'False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",117.0],PARAMETER["Scale_'
    'Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
MERCATOR = (
    'PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6'
    '378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Mercator_Auxil'
    'iary_Sphere"],PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",0.0]'
    ',PARAMETER["Standard_Parallel_1",0.0],PARAMETER["Auxiliary_Sphere_Type",0.0],UNIT["Meter",1.0]]'
)


@pytest.mark.parametrize(("prj", "lon", "east", "scale"), [
    (GK_CM, 120, 500_000, 1), (GK_ZONE, 117, 39_500_000, 1), (GK_SIX, 111, 500_000, 1), (OGC, 117, 39_500_000, 1),
    (WKT2, 120, 500_000, 1), (UTM, 117, 500_000, 0.9996), (WKT2_UTM, 117, 500_000, 0.9996),
])  # fmt: skip
def test_a_zone_is_read_from_the_prj_of_any_program(prj, lon, east, scale):
    zone = zone_in(prj)
    assert (zone.lon, zone.east, zone.north, zone.scale) == (lon, east, 0, scale)
    assert zone.flattening == (298.257223563 if "50N" in zone.name else 298.257222101)


@pytest.mark.parametrize("prj", [
    XIAN, MERCATOR, "", 'GEOGCS["GCS_WGS_1984"]', GK_CM.replace("1.0]]", "0.3048]]"), GK_CM.replace("Gauss_Kruger", "Albers"),
    GK_CM.replace('"Greenwich",0.0', '"Paris",2.3372291'), GK_CM.replace("Latitude_Of_Origin\",0.0", "Latitude_Of_Origin\",30.0"),
    GK_CM.replace("298.257222101", "298.3"), GK_CM.replace("Scale_Factor", "Azimuth"), GK_CM.replace("120.0", "x"),
])  # fmt: skip
def test_any_other_plane_or_datum_is_none_of_ours(prj):
    assert zone_in(prj) is None


# Reckoned with PROJ 9.5.1 (its own series go to the sixth power), to a tenth of a millimetre.
KNOWN = (
    (GK_CM, (117.0, 34.6), (224764.4512, 3834312.0405)), (GK_CM, (118.5, 34.6), (362399.1033, 3831241.0683)),
    (GK_CM, (115.5, 22.1), (35301.9728, 2451748.8863)), (GK_CM, (117.9, 53.2), (359673.0451, 5898937.5848)),
    (GK_ZONE, (117.3, 34.6), (39527519.0985, 3830259.0445)), (UTM, (117.0, 34.6), (500000.0, 3828686.0470)),
    (UTM, (119.9, 18.2), (806759.7997, 2014739.2027)), (WKT2_UTM, (114.05, 50.01), (288642.1652, 5543912.9839)),
    (GK_SIX, (117.0, 34.6), (1050740.5291, 3846628.5329)), (GK_SIX, (113.6, 41.0), (718762.0736, 4543830.8799)),
)  # fmt: skip


def metres_apart(one, other):
    return math.hypot((one[0] - other[0]) * 111_320 * math.cos(math.radians(one[1])), (one[1] - other[1]) * 111_000)


@pytest.mark.parametrize(("prj", "place", "metres"), KNOWN)
def test_known_points_are_found_to_the_millimetre(prj, place, metres):
    (found,) = zone_in(prj).degrees([metres])
    assert metres_apart(found, place) < 0.001


def test_the_published_example_of_epsg_comes_out():
    """IOGP Guidance Note 7-2, transverse Mercator: OSGB 1936, Airy 1830; 50°30'N 0°30'E is 577274.99 E, 69740.50 N.

    Its latitude of origin is 49°N, from which the note reckons 5429228.602 m of meridian, here put to the northing.
    """
    zone = Zone("OSGB", -2.0, 0.9996012717, 400_000, -100_000 - 0.9996012717 * 5_429_228.602, 299.32496459, 6_377_563.396)
    (found,) = zone.degrees([(577_274.99, 69_740.50)])
    assert metres_apart(found, (0.5, 50.5)) < 0.01


def forward(zone, lon, lat):
    """The way there by the textbook series in powers of the difference of longitude (Bulirsch; Torge, Geodesy, 2001)."""
    f = 1 / zone.flattening
    e2 = f * (2 - f)
    ep2, phi, away = e2 / (1 - e2), math.radians(lat), math.radians(lon - zone.lon)
    radius = zone.axis / math.sqrt(1 - e2 * math.sin(phi) ** 2)
    t, eta2, across = math.tan(phi), ep2 * math.cos(phi) ** 2, away * math.cos(phi)
    steps = 20_000  # the meridian by Simpson's rule
    width = phi / steps
    arc = sum(
        (1 if at in (0, steps) else 4 if at % 2 else 2) * (1 - e2) / (1 - e2 * math.sin(at * width) ** 2) ** 1.5 for at in range(steps + 1)
    ) * zone.axis * width / 3  # fmt: skip
    north = arc + radius * t * (
        across**2 / 2 + (5 - t**2 + 9 * eta2 + 4 * eta2**2) * across**4 / 24
        + (61 - 58 * t**2 + t**4 + 270 * eta2 - 330 * t**2 * eta2) * across**6 / 720
    )
    east = radius * (
        across + (1 - t**2 + eta2) * across**3 / 6 + (5 - 18 * t**2 + t**4 + 14 * eta2 - 58 * t**2 * eta2) * across**5 / 120
    )
    return zone.east + zone.scale * east, zone.north + zone.scale * north


@given(lon=st.floats(-1.6, 1.6), lat=st.floats(18, 53.5), six=st.booleans())
def test_everywhere_in_china_the_way_back_is_the_way_there(lon, lat, six):
    zone = zone_in(UTM if six else GK_CM)
    (found,) = zone.degrees([forward(zone, zone.lon + lon, lat)])
    assert metres_apart(found, (zone.lon + lon, lat)) < 0.01


def test_what_lies_in_no_zone_stays_as_it_is_and_many_are_turned_together():
    zone = zone_in(GK_CM)
    assert zone.degrees([]) == []
    far, near = zone.degrees([(39_500_000.0, 3_834_312.0), (500_000.0, 0.0)])
    assert (far, near) == ([39_500_000.0, 3_834_312.0], [120.0, 0.0])
