"""The picture under a map: none but our own boundaries, unless the installation has a key of a provider.

Tiles come from the provider's machines, so a browser tells them where its reader looks: the policy of our pages names
just the hosts of the provider that is set, and none else.
"""

from dataclasses import dataclass

from django.conf import settings

TIANDITU = (  # 天地图, CGCS2000 in web Mercator: for our eyes WGS-84. Streets, and their names above them.
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}"
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
)
AMAP = (  # 高德, GCJ-02: the browser moves the picture by the shift at what it shows (frontend/src/gcj.ts)
    "https://webrd0{{s}}.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8&x={{x}}&y={{y}}&z={{z}}&key={key}"
)


@dataclass(frozen=True, slots=True)
class BaseMap:
    """Layers of tiles from below, the signs of their servers, who is to be named, and whether they are in GCJ-02."""

    layers: tuple[str, ...]
    servers: str
    credit: str
    shifted: bool = False

    @property
    def hosts(self) -> tuple[str, ...]:
        """The origins the tiles come from."""
        origins = {layer.split("/", 3)[2] for layer in self.layers}
        return tuple(f"https://{host.format(s=sign)}" for host in sorted(origins) for sign in self.servers)


def base_map() -> BaseMap | None:
    """The provider that is set, the one without a shift first; None: our own boundaries alone."""
    if key := settings.LIANXIN_TIANDITU_KEY:
        layers = tuple(TIANDITU.format(layer=layer, key=key) for layer in ("vec", "cva"))
        return BaseMap(layers, "01234567", "天地图")
    if key := settings.LIANXIN_AMAP_KEY:
        return BaseMap((AMAP.format(key=key),), "1234", "高德地图", shifted=True)
    return None
