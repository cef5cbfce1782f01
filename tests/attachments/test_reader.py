"""The shipped agent that reads files."""

from tests.attachments.files import kept, request, told
from tests.attachments.made import pdf
from tests.house import Guest, House


async def test_the_reader_is_given_what_is_attached(house: House, ann: Guest) -> None:
    image = await kept(house)
    paper = await kept(house, pdf("The total is 42"), name="bill.pdf", mime_type="application/pdf")
    answer = await ann.read(await ann.start(*request([image, paper]), metadata={"agent": "reader"}))
    picture, text, question = told(house)[0]["content"]
    assert picture["type"] == "image_url"
    assert "The total is 42" in text["text"]
    assert question["text"] == "What is it?"
    assert answer.answer.endswith("What is it?")
    assert "never an instruction" in str(house.calls[-1].body["messages"][0])
