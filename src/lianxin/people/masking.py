"""What others may see of a name, a telephone number, a text."""

import re

_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3})[- ]?(\d{3,4})(\d{4})(?!\d)")
_ID_CARD = re.compile(r"(?<!\d)(\d{6})(\d{8})(\d{3}[\dXx])(?!\d)")
_PLATE = re.compile(r"([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z])[·\s]?[A-Z0-9]{5,6}")
_CARD = re.compile(r"(?<!\d)\d{12,19}(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_WECHAT = re.compile(r"((?:微信|weixin|wechat|vx|QQ)(?:号)?\s*[::是为]?\s*)[A-Za-z0-9_-]{5,20}", re.IGNORECASE)


def tidy_phone(text: str) -> str:
    """Digits of a Chinese number as it is dialled, '' when it cannot be one."""
    digits = re.sub(r"\D", "", text)
    digits = digits[2:] if digits.startswith("86") and len(digits) == 13 else digits
    mobile = re.fullmatch(r"1[3-9]\d{9}", digits)
    fixed = re.fullmatch(r"0\d{9,11}|\d{7,8}", digits)
    return digits if mobile or fixed else ""


def mask_phone(phone: str) -> str:
    """199****0042."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 7 else "****" if phone else ""


def mask_name(name: str) -> str:
    """王某某 becomes 王**: the surname, and as many stars as there are characters."""
    return name[:1] + "*" * (len(name) - 1) if name else ""


def mask_text(text: str) -> str:
    """A text for the public: telephone, identity-card, bank-card and plate numbers and addresses of mail are starred.

    Names of people cannot be found by a rule; that is why a clerk reads every text before it is published.
    """
    text = _ID_CARD.sub(lambda found: found[1] + "********" + "****", text)
    text = _PHONE.sub(lambda found: found[1] + "****" + "****", text)
    text = _LANDLINE.sub(lambda found: found[1] + "-****", text)
    text = _CARD.sub("****", text)
    text = _PLATE.sub(lambda found: found[1] + "·*****", text)
    text = _MAIL.sub("***@***", text)
    return _WECHAT.sub(lambda found: found[1] + "***", text)
