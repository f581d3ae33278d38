"""Two changes of one password at once: the second was made with a password that no longer holds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.factories import PASSWORD, World


def test_only_one_of_several_changes_at_once_wins(world: World) -> None:
    actor = world.actor("prosecutor")
    clients = [world.client(actor) for _ in range(6)]

    def change(turn: int) -> int:
        body = {"old_password": PASSWORD, "new_password": f"viento-sereno-de-abril-{turn}7"}
        return clients[turn].post("/api/v1/me/password", json=body).status_code

    with ThreadPoolExecutor(len(clients)) as pool:
        statuses = sorted(pool.map(change, range(len(clients))))
    assert statuses.count(200) + statuses.count(204) == 1, statuses
