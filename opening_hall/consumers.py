"""The websocket of the hall: it only listens. Every act goes over HTTP, with its own check."""

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from opening_hall.hub import hub
from opening_hall.state import may_be_watched


class HallConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels has no types
    """Sends the hall's public state of one lot, at once and after every act. What a client sends is ignored."""

    lot = ""

    async def connect(self) -> None:
        """Accept when the lot's opening is public; a lot that is not published does not exist (4404)."""
        lot = self.scope["url_route"]["kwargs"]["lot"]
        if not await database_sync_to_async(may_be_watched)(lot):
            await self.close(code=4404)
            return
        await self.accept()
        self.lot = lot
        await hub.join(lot, self)

    async def disconnect(self, code: int) -> None:
        """Leave the hub."""
        if self.lot:
            hub.leave(self.lot, self)

    async def send_frame(self, frame: str) -> None:
        """Send one serialised frame."""
        await self.send(text_data=frame)
