"""`python -m smartimg.supervisor`: what ./run hands over to."""

from __future__ import annotations

import os
import signal
import sys
import time
import webbrowser
from pathlib import Path

from smartimg import health, services
from smartimg.embedded.place import Place, UnableToStart
from smartimg.processes import Child, stop_all
from smartimg.setup.options import Options, parse
from smartimg.supervisor import first_run, first_steps
from smartimg.supervisor.claim import AlreadyRuns, claim, is_free
from smartimg.supervisor.first_steps import UnableToPrepare
from smartimg.supervisor.logs import rotate
from smartimg.supervisor.roster import BASE_DIR, environment, make_children

LOOK_EVERY_S = 0.5
CHECK_SERVICES_EVERY_S = 5.0
ANSWER_WITHIN_S = 60.0
STOP_WITHIN_S = 12.0  # a batch goes back at its next step; pages and API clients have 10 s to end


def main(arguments: list[str]) -> int:
    """Start everything, watch it, end everything; the exit status is for the shell."""
    options = parse(arguments)
    place = Place(Path(os.environ.get("SMARTIMG_VAR") or BASE_DIR / "var").resolve())
    address = f"http://127.0.0.1:{options.port}"
    # All raise KeyboardInterrupt wherever we are, so that one way out ends everything.
    # A script's background jobs inherit an ignored SIGINT, which is heeded here all the same.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        lock = claim(place, address)
    except AlreadyRuns as running:
        say(f"smartimg already runs at {running}")
        return 0
    with lock:
        return serve(place, options, address)


def say(text: str) -> None:
    """A line for the person at the terminal."""
    print(text, flush=True)


def serve(place: Place, options: Options, address: str) -> int:
    """Run until a signal; whatever was started ends with us."""
    children = make_children(place, options.port)
    try:
        start(place, options, children)
        announce(place, options, address)
        watch(place, children)
    except KeyboardInterrupt:
        say("\nstopping ...")
    except (UnableToStart, UnableToPrepare) as error:
        say(f"Unable to start: {error}")
        return 1
    finally:
        stop(place, children)
    return 0


def start(place: Place, options: Options, children: list[Child]) -> None:
    """From nothing to a web server that answers."""
    place.log.mkdir(parents=True, exist_ok=True)
    rotate(place.log)
    for child in children:
        if child.end_leftover():
            say(f"ended a {child.name} that an earlier start left behind")
    if not is_free(options.port):
        raise UnableToStart(
            f"port {options.port} is in use by another program; try --port {options.port + 1}"
        )
    say("starting the database and the queue ...")
    services.ensure_running(place.var)
    web_environment = environment(place, options.port, debug=True)
    first_steps.prepare(place, web_environment)
    for child in children:
        child.start()  # workers load their models while the demo is read
    first_steps.load_demo_once(place, web_environment, options.empty)
    await_answer(children[0], options.port)
    first_run.await_run(place, lambda: tend(children))
    first_steps.label_demo_once(place, web_environment)


def await_answer(web: Child, port: int) -> None:
    """Return when the web server answers, with the database behind it."""
    give_up_at = time.monotonic() + ANSWER_WITHIN_S
    while not health.ask(port):
        web.tend()
        if web.deaths > 2 or time.monotonic() > give_up_at:
            raise UnableToStart(
                f"the web server does not answer; the end of {web.log}:\n{first_steps.read_tail(web.log)}"
            )
        time.sleep(0.1)


def announce(place: Place, options: Options, address: str) -> None:
    """Say where it is, and show it."""
    say(f"\n  smartimg is running at {address}\n")
    say(first_steps.describe_logins(place))
    shown = place.var.relative_to(BASE_DIR) if place.var.is_relative_to(BASE_DIR) else place.var
    say(f"  Logs are in {shown}/log. Ctrl-C ends everything; the data stays in {shown}/.\n")
    if options.browser and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        webbrowser.open(address)


def watch(place: Place, children: list[Child]) -> None:
    """Start again what dies, until a signal."""
    check_at = time.monotonic() + CHECK_SERVICES_EVERY_S
    while True:
        time.sleep(LOOK_EVERY_S)
        tend(children)
        if time.monotonic() > check_at:
            check_services(place)
            check_at = time.monotonic() + CHECK_SERVICES_EVERY_S


def tend(children: list[Child]) -> None:
    """Start again what died, and say so."""
    for message in filter(None, [child.tend() for child in children]):
        say(f"  {time.strftime('%T')} {message}")


def check_services(place: Place) -> None:
    """Have the keeper of the embedded services back if it was killed."""
    try:
        services.ensure_running(place.var)
    except UnableToStart as error:
        say(f"  {time.strftime('%T')} {error}")


def stop(place: Place, children: list[Child]) -> None:
    """End all; a second Ctrl-C ends them at once."""
    try:
        stop_all(children, STOP_WITHIN_S)
    except KeyboardInterrupt:
        stop_all(children, 0)
    services.release(place.var)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
