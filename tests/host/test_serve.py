"""`portail serve`: says where it is, keeps its processes alive, and leaves none behind."""

import os
import signal
import socket
import time
import urllib.error
import urllib.request

import pytest

from tests.host.portal import until

pytestmark = pytest.mark.slow
SECURE = {"X-Forwarded-Proto": "https"}
WORKER, WEB = "-m portail worker", "granian"


def get(url: str, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - http, to ourselves
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""
    except OSError:
        return 0, ""


def is_alive(portal) -> bool:
    status, text = get(f"{portal.url}/sante/")
    return status == 200 and '"alive"' in text


def test_it_says_where_it_is_and_ctrl_c_leaves_nothing(portal):
    portal.found()
    served = portal.start()
    assert f"Portail Famille : http://localhost:{portal.port}/" in served.text
    assert "/dev/courrier/" in served.text
    assert until(lambda: is_alive(portal))
    assert get(f"{portal.url}/")[0] == 200
    assert len(portal.processes()) >= 4
    began = time.monotonic()
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(20) == 0
    assert time.monotonic() - began < 10
    assert portal.processes() == {}
    assert until(lambda: "Le portail est arrêté." in served.text)


def test_sigterm_is_as_good_even_in_the_middle_of_a_request(portal):
    portal.found()
    served = portal.start()
    with socket.create_connection(("127.0.0.1", portal.port)) as half:
        half.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")  # and nothing more
        served.process.terminate()
        assert served.process.wait(20) == 0
    assert portal.processes() == {}


@pytest.mark.parametrize("victim", [WORKER, WEB])
def test_a_dead_process_is_started_again(portal, victim):
    portal.found()
    with portal.serving():
        assert until(lambda: is_alive(portal))
        killed = portal.kill(victim)
        assert killed
        assert until(lambda: any(victim in c for c in portal.processes().values()) and is_alive(portal), 30)
        assert not set(killed) & set(portal.processes())
        assert get(f"{portal.url}/")[0] == 200
    assert portal.processes() == {}


def test_children_do_not_outlive_a_killed_parent(portal):
    portal.found()
    served = portal.start()
    os.kill(served.process.pid, signal.SIGKILL)
    served.process.wait(10)
    assert until(lambda: portal.processes() == {}, 20)
    with portal.serving():
        assert until(lambda: is_alive(portal))


def test_a_busy_port_is_told(portal):
    portal.found()
    with socket.create_server(("127.0.0.1", portal.port)):
        done = portal.run("serve")
    assert done.returncode == 1
    assert f"Le port {portal.port} est déjà pris" in done.stderr
    assert f"PORTAIL_PORT={portal.port + 1}" in done.stderr


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"PORTAIL_PORT": "huit"}, "La valeur de PORTAIL_PORT n'est pas comprise : « huit »"),
        ({"PORTAIL_PORT": "99999"}, "corrigez PORTAIL_BIND ou PORTAIL_PORT"),
        ({"PORTAIL_WORKERS": "0"}, "PORTAIL_WORKERS vaut 0 : donnez un nombre de 1 à 64"),
        ({"PORTAIL_BIND": "192.0.2.1"}, "Cette machine n'a pas l'adresse 192.0.2.1"),
        ({"PORTAIL_PRODUCTION": "peut-être"}, "La valeur de PORTAIL_PRODUCTION"),
        ({"DATABASE_URL": "mongo://secret@x/y"}, "La valeur de DATABASE_URL n'est pas comprise.\n"),
        ({"DATABASE_URL": "postgres://a:secret@127.0.0.1:9/b"}, "ne répond pas"),
        ({"PORTAIL_DATA": "/proc/portail"}, "Le dossier des données ne peut pas être utilisé"),
        ({"EMAIL_URL": "pigeon://secret@x"}, "La valeur de EMAIL_URL n'est pas comprise.\n"),
    ],
)
def test_a_setting_that_is_not_understood_is_named_without_a_trace(portal, environment, told):
    portal.found()
    done = portal.run("serve", **environment)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr


def test_an_unsafe_production_does_not_start_and_a_safe_one_does(portal):
    portal.found()
    done = portal.run("serve", PORTAIL_PRODUCTION="true")
    assert done.returncode == 1
    for variable in ("PORTAIL_URL", "PORTAIL_TRUSTED_PROXIES", "EMAIL_URL", "PORTAIL_MAIL_FROM"):
        assert f"- {variable} : " in done.stderr
    safe = {
        "PORTAIL_PRODUCTION": "true",
        "PORTAIL_URL": "https://famille.valmont.example",
        "PORTAIL_HOSTS": "famille.valmont.example,127.0.0.1",
        "PORTAIL_TRUSTED_PROXIES": "1",
        "EMAIL_URL": "smtp://127.0.0.1:9",
        "PORTAIL_MAIL_FROM": "portail@valmont.example",
    }
    with portal.serving(**safe) as served:
        assert "https://famille.valmont.example/" in served.text
        request = urllib.request.Request(f"{portal.url}/", headers=SECURE)  # noqa: S310
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            page, headers = answer.read().decode(), answer.headers
        assert headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "/static/portail/app." in page
        assert get(f"{portal.url}/dev/courrier/", **SECURE)[0] == 404
        assert get(f"{portal.url}/sante/")[0] == 200
    assert (portal.data / "static").is_dir()


def test_the_invented_commune_never_reaches_a_production(portal):
    done = portal.run("demo", PORTAIL_PRODUCTION="true")
    assert done.returncode == 1
    assert "production" in done.stderr


def test_data_cannot_be_replaced_under_a_portal_in_service(portal, tmp_path):
    portal.found()
    saved = tmp_path / "s.tar.gz"
    with portal.serving():
        assert portal.run("backup", str(saved)).returncode == 0
        for words in (["restore", str(saved), "--replace"], ["upgrade"]):
            done = portal.run(*words)
            assert done.returncode == 1
            assert "arrêtez-le d'abord" in done.stderr
        assert until(lambda: is_alive(portal))
        assert portal.run("check").returncode == 0
    assert portal.run("restore", str(saved), "--replace").returncode == 0


def test_two_portals_serve_side_by_side(portal, tmp_path):
    from tests.host.portal import Portal, database

    portal.found()
    with database() as environment:
        other = Portal(tmp_path / "autre", environment)
        other.found()
        with portal.serving(), other.serving():
            assert get(f"{portal.url}/")[0] == get(f"{other.url}/")[0] == 200
        assert other.processes() == {}
