"""Pictures for some open incidents of the sample: drawn, not photographed, and plainly so."""

from __future__ import annotations

import io
from typing import IO

import numpy as np

from governance.access import OPERATOR
from governance.attachments.files import AttachmentRole, Attachments, Sent, name_attachments, receive
from grid_data.database import Database
from grid_data.sample_lives import incidents_for_photos

__all__ = ["draw_scene", "hang_photos"]

WIDTH, HEIGHT = 640, 480
PICTURES = 24
SKIES = ((196, 214, 232), (222, 226, 230), (176, 196, 222))
GROUNDS = ((142, 142, 138), (160, 150, 132), (128, 136, 140))
THINGS = ((92, 122, 74), (150, 84, 58), (70, 84, 110), (178, 150, 62))


def draw_scene(random: np.random.Generator) -> bytes:
    """A street with houses and a heap of something, as JPEG."""
    from PIL import Image, ImageDraw

    def pick(colours: tuple[tuple[int, int, int], ...]) -> tuple[int, int, int]:
        return colours[int(random.integers(len(colours)))]

    picture = Image.new("RGB", (WIDTH, HEIGHT), pick(SKIES))
    drawing = ImageDraw.Draw(picture)
    horizon = int(random.integers(190, 250))
    x = -20
    while x < WIDTH:
        width, height = int(random.integers(60, 140)), int(random.integers(60, 170))
        shade = int(random.integers(150, 215))
        drawing.rectangle((x, horizon - height, x + width, horizon), fill=(shade, shade - 8, shade - 18))
        for left in range(x + 10, x + width - 12, 24):
            for top in range(horizon - height + 12, horizon - 14, 28):
                drawing.rectangle((left, top, left + 10, top + 14), fill=(96, 112, 130))
        x += width + int(random.integers(0, 16))
    drawing.rectangle((0, horizon, WIDTH, HEIGHT), fill=pick(GROUNDS))
    for left in range(20, WIDTH, 120):
        drawing.polygon(
            ((left, 400), (left + 60, 400), (left + 50, 412), (left - 10, 412)), fill=(232, 232, 226)
        )
    middle, base = int(random.integers(180, 460)), int(random.integers(360, 430))
    for _ in range(int(random.integers(8, 16))):
        size = int(random.integers(16, 46))
        left = middle + int(random.integers(-80, 80))
        top = base - size - int(random.integers(0, 34))
        drawing.ellipse((left, top, left + size * 2, top + size), fill=pick(THINGS), outline=(60, 60, 60))
    drawing.rectangle((0, HEIGHT - 22, 210, HEIGHT), fill=(0, 0, 0))
    drawing.text((8, HEIGHT - 17), "SAMPLE - drawn, no photograph", fill=(255, 255, 255))
    body = io.BytesIO()
    picture.save(body, "JPEG", quality=80)
    return body.getvalue()


async def hang_photos(database: Database, attachments: Attachments) -> int:
    """Give some open incidents a picture of the scene, and every fourth one a second; how many pictures."""
    async with database.transaction(OPERATOR) as connection:
        incidents = await incidents_for_photos(connection, PICTURES)
    random = np.random.default_rng(370_212)
    hung = 0
    for n, row in enumerate(incidents):
        roles: list[AttachmentRole] = ["scene", "other"] if n % 4 == 0 else ["scene"]
        keys = []
        for role in roles:
            file: IO[bytes] = io.BytesIO(draw_scene(random))
            sent = Sent(file, f"{row['number']}-{role}.jpg", role, "sample")
            keys.append((await receive(database, attachments, OPERATOR, sent)).id)
        async with database.transaction(OPERATOR) as connection:
            await name_attachments(connection, keys, row["id"])
        hung += len(keys)
    return hung
