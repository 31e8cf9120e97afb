import cv2
import numpy as np
import pytest

from stages.sample.contact_sheet import contact_sheet, sound_sheet


@pytest.mark.parametrize("sheet", [contact_sheet, sound_sheet])
def test_sheets_are_small_pictures_with_something_on_them(sheet):
    data = sheet()
    assert data == sheet()
    assert len(data) <= 250_000
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape[1] < 1400
    assert picture.std() > 30
