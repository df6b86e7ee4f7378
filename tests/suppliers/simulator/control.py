# SPDX-License-Identifier: Apache-2.0
"""The other side of a simulated tool: people act, faults are set, the book is read. POST /NAME/OP with JSON."""
import json

from .wire import Response, Server


class Control:
    def __init__(self, tools, port=0):
        self.tools = tools
        self.server = Server(self.take, port)
        self.ops = {name[3:]: getattr(self, name) for name in dir(self) if name.startswith("op_")}

    def take(self, request, connection):
        import asyncio
        asyncio.ensure_future(self._take(request, connection))

    async def _take(self, request, connection):
        parts = request.path.strip("/").split("/")
        try:
            if parts == [""]:
                answer = {name: {"tool": t.name, "url": t.url, "port": t.server.port} for name, t in self.tools.items()}
            else:
                tool, op = self.tools[parts[0]], self.ops[parts[1]]
                answer = await op(tool, request.json())
            connection.answer(Response(200, answer if answer is not None else {}))
        except KeyError as missing:
            connection.answer(Response(404, {"error": f"there is no {missing}"}))
        except (ValueError, TypeError) as wrong:
            connection.answer(Response(400, {"error": str(wrong)}))

    async def op_act(self, tool, body):
        """One act or a list; see Tool.people_act."""
        return tool.people_act(body) if isinstance(body, list) else tool.people_act([body])[0]

    async def op_set(self, tool, body):
        tool.set(body)

    async def op_fault(self, tool, body):
        return {"number": tool.faults.add(body).number}

    async def op_clear(self, tool, _):
        hits = [{"spec": rule.spec, "hits": rule.hits} for rule in tool.faults.rules]
        tool.faults.clear()
        return {"faults": hits}

    async def op_faults(self, tool, _):
        return {"faults": [{"number": rule.number, "spec": rule.spec, "hits": rule.hits} for rule in tool.faults.rules]}

    async def op_release(self, tool, _):
        """Opens all gates."""
        tool.faults.release()

    async def op_listen(self, tool, body):
        """{"up": bool} or {"hang": bool}: refuses connections; takes bytes and never answers."""
        if "hang" in body:
            tool.server.hang(body["hang"])
        if "up" in body:
            await (tool.server.up() if body["up"] else tool.server.down())

    async def op_book(self, tool, body):
        """All tickets, or {"ticket": id}; deleted and merged ones too."""
        if body.get("ticket"):
            ticket = tool.book.tickets.get(tool.book_id(body["ticket"]))
            return ticket.view() if ticket else {}
        return {"tickets": [t.view() for t in tool.book.tickets.values()]}

    async def op_stats(self, tool, _):
        if tool.log_file:
            tool.log_file.flush()
        return {"requests": tool.n_requests, "kinds": dict(tool.counts), "hooks": dict(tool.hooks.stats), "hooks_waiting": len(tool.hooks.queue),
                "hooks_idle": tool.hooks.idle.is_set(), "at_once": tool.under_way, "most_at_once": tool.most_at_once,
                "comments": sum(len(t.comments) for t in tool.book.tickets.values()), "tickets": len(tool.book.tickets)}

    async def op_times(self, tool, body):
        """When each request came: [[seconds, kind, what it was about]], after {"since"}."""
        return {"times": [t for t in tool.times if t[0] > body.get("since", 0)]}

    async def op_find(self, tool, body):
        """How often a text stands in comments and tickets: {"text"} or {"texts": []}."""
        texts = body.get("texts") or [body["text"]]
        found = dict.fromkeys(texts, 0)
        for ticket in tool.book.all():
            words = "\0".join(tool.text_of(ticket))
            for text in texts:
                found[text] += words.count(text)
        return {"found": found}


def ports(control):
    return json.dumps({"control": control.server.port, "suppliers": {name: {"tool": t.name, "port": t.server.port, "url": t.url}
                                                                     for name, t in control.tools.items()}})
