"""The text of a technical part: drawn from published tender documents where a folder of them is there, else our own."""

import random
import re
from functools import cache
from pathlib import Path

import pypdfium2

from config import places

LIBRARY = places.ROOT.parent / "shared" / "data" / "tenders"
CHAPTERS = (
    "编制说明",
    "施工方案与技术措施",
    "质量管理体系与措施",
    "安全管理体系与措施",
    "工程进度计划与措施",
    "资源配备计划",
    "环境保护与文明施工",
)
OWN = (
    "本工程按施工准备、路基、管道、基层、面层、附属设施六个阶段组织流水作业，各阶段之间设技术间歇并由监理工程师验收后进入下一道工序。",
    "沟槽开挖采用分层分段放坡，边坡坡度按土质和地下水位确定，槽底预留二百毫米人工清底，严禁超挖扰动原状土。",
    "水泥稳定碎石采用厂拌法集中拌和，摊铺、碾压在延迟时间内完成，养生期不少于七天，其间封闭交通。",
    "沥青混合料到场温度、摊铺温度、碾压温度逐车记录，接缝采用切缝热接，平整度用三米直尺随时检查。",
    "建立项目经理负责的质量保证体系，实行自检、互检、交接检，隐蔽工程未经签认不得覆盖，检测频率不低于规范要求。",
    "危险性较大的分部分项工程编制专项施工方案，超过一定规模的组织专家论证；进场人员先教育后上岗，特种作业人员持证上岗。",
    "关键线路为管道敷设和路面结构层施工，雨季前完成地下工程；每周核对进度，滞后时增加作业面和班组并报监理批准。",
    "投入挖掘机、摊铺机、压路机等主要设备，备用设备随时可调；劳动力按月计划进退场，材料按周计划进场并留样复检。",
    "现场设围挡、喷淋和洗车设施，土方作业面覆盖，渣土运输车辆密闭；夜间施工先办理手续并公告，噪声按标准监测。",
)
PARAGRAPHS_EACH = 5
_WORTH_KEEPING = re.compile(r"[\u4e00-\u9fff，。；：、]{30,}")


def chapters(*, seed: str) -> list[dict[str, object]]:
    """Return the chapters, each `{"title", "paragraphs"}`; the same seed gives the same choice."""
    dice = random.Random(seed)
    found = _library()
    return [{"title": title, "paragraphs": [OWN[place], *_some(found, dice)]} for place, title in enumerate(CHAPTERS)]


def _some(found: tuple[str, ...], dice: random.Random) -> list[str]:
    pool = found or OWN
    return [dice.choice(pool) for _ in range(PARAGRAPHS_EACH)]


@cache
def _library() -> tuple[str, ...]:
    """Return sentences of the smallest PDF in the library, nothing where there is none."""
    files = sorted(LIBRARY.glob("*.pdf"), key=lambda path: path.stat().st_size)
    return _sentences(files[0]) if files else ()


def _sentences(path: Path, *, pages: int = 30) -> tuple[str, ...]:
    document = pypdfium2.PdfDocument(path)
    try:
        texts = [document[number].get_textpage().get_text_range() for number in range(min(pages, len(document)))]
    finally:
        document.close()
    joined = re.sub(r"\s+", "", "".join(texts))
    return tuple(dict.fromkeys(sentence[:180] for sentence in _WORTH_KEEPING.findall(joined)))
