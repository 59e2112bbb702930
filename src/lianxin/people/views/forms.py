"""The forms of signing in and of one's own password."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from lianxin.people.models import Account
from lianxin.people.passwords import first_lasts, ran_out, who_gives


class SignIn(AuthenticationForm):
    """Name and password; the sentence does not tell which of the two is wrong."""

    username = forms.CharField(label=_("User name"), max_length=60)
    password = forms.CharField(label=_("Password"), max_length=200, strip=False, widget=forms.PasswordInput)
    error_messages = {
        "invalid_login": _("User name and password do not match. Check both; capitals count."),
        "inactive": _("User name and password do not match. Check both; capitals count."),
    }

    def confirm_login_allowed(self, user: Account) -> None:
        """Refuse a first password that ran out, and say whom to ask; told only to who knew it."""
        super().confirm_login_allowed(user)
        now = timezone.now()
        if ran_out(user, now):
            raise ValidationError(_told_run_out(who_gives(user, now=now)), code="ran_out")


def _told_run_out(names: list[str]) -> str:
    lasts = first_lasts()
    days = lasts.days if lasts else 0
    if not names:
        told = gettext("It was good for %(n)s days. The operator of the installation gives you another.")
        return told % {"n": days}
    told = gettext("It was good for %(n)s days. Ask for another: %(names)s.")
    return told % {"n": days, "names": pgettext("list", ", ").join(names)}


class NewPassword(PasswordChangeForm):
    """The old password, and the new one twice."""

    old_password = forms.CharField(label=_("Current password"), strip=False, widget=forms.PasswordInput)
    new_password1 = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput,
        help_text=_("At least ten characters; a few words you remember are better than one with symbols."),
    )
    new_password2 = forms.CharField(
        label=_("New password again"), strip=False, max_length=200, widget=forms.PasswordInput
    )
    error_messages = {
        **PasswordChangeForm.error_messages,
        "password_incorrect": _("This is not your current password."),
        "password_mismatch": _("The two new passwords differ."),
    }


class OwnPassword(NewPassword):
    """One's own password in the place of the one that was given: whoever sees this has just typed that one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["old_password"]

    def clean(self) -> dict[str, Any]:
        """Not the one that was given: whoever gave it knows it."""
        super().clean()
        if self.user.check_password(self.cleaned_data.get("new_password1") or ""):
            self.add_error("new_password1", _("This is the password you were given. Choose one that you alone know."))
        return self.cleaned_data
