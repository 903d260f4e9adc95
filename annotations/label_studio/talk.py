"""Talking to Label Studio: projects, tasks in pages, import, deletion, accounts.

The SDK does what it does well (projects, import). Pages of tasks are read through its HTTP client: its own pager takes
a page that is missing for the end of the list, and builds an object of every task. What changes something is never sent
a second time by itself: a request whose answer was lost may have been carried out.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from annotations.label_studio.connection import Account, Connection, key_of, password_of, write_connection
from curation.workspace import Workspace
from schemas.errors import CurateError, needs

PAGE = 500
TIMEOUT = 60.0
"""Seconds that an answer is waited for."""
ONCE: Any = {"max_retries": 0}
"""The SDK's option not to send a request again."""

Task = dict[str, Any]


class LostAnswer(CurateError):
    """A request was sent, and no answer came: it may have been carried out."""


class Server:
    """A Label Studio that answers.

    Args:
        url: Where.
        key: A legacy token or a personal access token.
        timeout: Seconds that an answer is waited for.
    """

    def __init__(self, url: str, key: str, timeout: float = TIMEOUT) -> None:
        self.url = url.rstrip("/")
        with needs("review", "the review server"):
            from label_studio_sdk import LabelStudio
        self.sdk: LabelStudio = LabelStudio(base_url=self.url, api_key=key, timeout=timeout)  # type: ignore[no-untyped-call]

    def call(self, method: str, path: str, **more: Any) -> Any:
        """The JSON answer to a request.

        Raises:
            LostAnswer: If no answer came.
            CurateError: If the server refuses.
        """
        import httpx

        client = self.sdk._client_wrapper.httpx_client
        for attempt in (1, 2):
            try:
                answer = client.request(path, method=method, request_options=ONCE, **more)
                break
            except httpx.TransportError as error:
                # A connection that was kept open and is gone shows at its next use; reading again does no harm.
                if method != "GET" or attempt == 2:
                    raise self._lost(error) from None
        if answer.status_code >= 400:
            raise self._refused(answer.status_code, path)
        return answer.json() if answer.content else None

    def _lost(self, error: Exception) -> LostAnswer:
        return LostAnswer(
            f"{self.url} does not answer ({type(error).__name__})",
            mend="Start it with `curate review serve`, and run the command again: it goes on where it was.",
        )

    def _refused(self, status: int | None, path: str) -> CurateError:
        place = re.sub(r"\d+", "N", path.split("?")[0])
        mend = (
            "The key is not, or no longer, one of this server's."
            if status in (401, 403)
            else "Its own log says why; run the command again once that is mended."
        )
        return CurateError(f"{self.url} refuses {place} (status {status})", mend=mend)

    def knows_us(self) -> bool:
        """Whether it is the server that the key is for."""
        try:
            self.call("GET", "api/current-user/whoami")
        except LostAnswer:
            raise
        except CurateError:
            return False
        return True

    def version(self) -> str | None:
        """The server's version."""
        found = self.call("GET", "api/version")
        version = found.get("release") if isinstance(found, dict) else None
        return str(version) if version else None

    def projects(self) -> list[dict[str, Any]]:
        """All projects: ``id``, ``title`` and ``description``."""
        found: list[dict[str, Any]] = []
        page = 1
        while True:
            params = {"page": page, "page_size": 100, "include": "id,title,description"}
            answer = self.call("GET", "api/projects/", params=params)
            found += answer["results"]
            if len(found) >= answer["count"] or not answer["results"]:
                return found
            page += 1

    def create_project(self, **values: Any) -> int:
        """Makes a project, and returns its id."""
        return int(self.call("POST", "api/projects/", json=values)["id"])

    def tasks(self, project: int, include: str, query: dict[str, Any] | None = None) -> Iterator[Task]:
        """The tasks of a project, by their id; ``include`` names the fields, ``all`` gives annotations as well.

        Raises:
            CurateError: If fewer came than the server counts.
        """
        params: dict[str, Any] = {"project": project, "page_size": PAGE}
        params |= {"fields": "all"} if include == "all" else {"fields": "task_only", "include": include}
        params["query"] = json.dumps({"ordering": ["tasks:id"], **(query or {})})
        seen, page = 0, 1
        while True:
            answer = self.call("GET", "api/tasks/", params={**params, "page": page})
            yield from answer["tasks"]
            seen += len(answer["tasks"])
            if seen >= answer["total"]:
                return
            if not answer["tasks"]:
                raise CurateError(f"{self.url} gave {seen} of {answer['total']} tasks", mend="Run the command again.")
            page += 1

    def import_tasks(self, project: int, data: list[dict[str, Any]]) -> list[int]:
        """Imports tasks, all or none, and returns their ids in the same order.

        Raises:
            LostAnswer: If no answer came; they may be there.
        """
        body = [{"data": one} for one in data]
        answer = self.call("POST", f"api/projects/{project}/import", params={"return_task_ids": True}, json=body)
        return [int(one) for one in answer["task_ids"]]

    def delete_untouched(self, project: int, ids: list[int]) -> None:
        """Deletes those of the tasks that nobody has decided on: the server looks at that as it deletes."""
        items = [{"filter": "filter:tasks:total_annotations", "operator": "equal", "type": "Number", "value": 0}]
        items += [{"filter": "filter:tasks:cancelled_annotations", "operator": "equal", "type": "Number", "value": 0}]
        for start in range(0, len(ids), PAGE):
            self.call(
                "POST",
                "api/dm/actions/",
                params={"id": "delete_tasks", "project": project},
                json={
                    "filters": {"conjunction": "and", "items": items},
                    "selectedItems": {"all": False, "included": ids[start : start + PAGE]},
                },
            )

    def users(self) -> dict[str, int]:
        """The ids of all accounts, by their e-mail address."""
        return {user["email"]: int(user["id"]) for user in self.call("GET", "api/users/")}

    def sign_up(self, email: str, password: str) -> None:
        """Makes an account, by the server's own link of invitation."""
        import httpx

        token = self.call("GET", "api/invite")["token"]
        with httpx.Client(base_url=self.url, timeout=TIMEOUT) as visitor:
            visitor.get("/user/signup/", params={"token": token})
            visitor.post(
                "/user/signup/",
                params={"token": token},
                data={
                    "email": email,
                    "password": password,
                    "csrfmiddlewaretoken": visitor.cookies.get("csrftoken") or "",
                },
                headers={"Referer": self.url},
            )


def connect(connection: Connection, timeout: float = TIMEOUT) -> Server:
    """The server of a connection.

    Raises:
        CurateError: If its key is not known.
    """
    return Server(connection.url, key_of(connection), timeout)


def give_accounts(server: Server, connection: Connection, aliases: list[str], workspace: Workspace) -> Connection:
    """Makes an account for every reviewer who has none, and keeps each at once."""
    missing = [alias for alias in aliases if alias not in connection.accounts]
    known = server.users() if missing else {}
    for alias in missing:
        email, password = f"{alias}-{connection.workspace_id}@reviewers.invalid".lower(), password_of(connection, alias)
        if email not in known:
            server.sign_up(email, password)
            known = server.users()
        if email not in known:
            raise CurateError(f"{server.url} made no account for {alias}", mend="Its own log says why.")
        account = Account(email=email, password=password, user_id=known[email])
        connection = connection.model_copy(update={"accounts": {**connection.accounts, alias: account}})
        write_connection(workspace, connection)
    return connection
