"""The suite's own guards are at work: a logged error and a way out to the network are noticed."""

import logging
import socket

import pytest
from pytest_socket import SocketConnectBlockedError


def test_a_logged_error_is_noticed(no_error_is_logged):
    logging.getLogger("anywhere").error("something failed")
    assert [record.getMessage() for record in no_error_is_logged] == ["something failed"]
    no_error_is_logged.clear()


def test_no_test_reaches_another_host():
    # pytest-socket warns before it refuses, and a warning is an error here.
    with pytest.raises((SocketConnectBlockedError, UserWarning)), socket.socket() as connection:
        connection.connect(("192.0.2.1", 80))


def test_a_warning_is_an_error():
    import warnings

    with pytest.raises(UserWarning):
        warnings.warn("careless", UserWarning, stacklevel=1)
