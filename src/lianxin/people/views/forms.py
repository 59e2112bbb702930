"""The forms of signing in and of one's own password."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.translation import gettext_lazy as _


class SignIn(AuthenticationForm):
    """Name and password; the sentence does not tell which of the two is wrong."""

    username = forms.CharField(label=_("User name"), max_length=60)
    password = forms.CharField(label=_("Password"), max_length=200, strip=False, widget=forms.PasswordInput)
    error_messages = {
        "invalid_login": _("User name and password do not go together. Check both; capitals count."),
        "inactive": _("User name and password do not go together. Check both; capitals count."),
    }


class NewPassword(PasswordChangeForm):
    """The old password, and the new one twice."""

    old_password = forms.CharField(label=_("Present password"), strip=False, widget=forms.PasswordInput)
    new_password1 = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput,
        help_text=_("At least ten characters; a few words you remember are better than one with signs."),
    )
    new_password2 = forms.CharField(
        label=_("New password once more"), strip=False, max_length=200, widget=forms.PasswordInput
    )
    error_messages = {
        **PasswordChangeForm.error_messages,
        "password_incorrect": _("This is not your present password."),
        "password_mismatch": _("The two new passwords differ."),
    }
