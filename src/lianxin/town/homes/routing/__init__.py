"""The rules of dispatch, kept by an administrator: where would this go, and what would another rule have done?"""
