"""The forms that reviewers fill in, made from the rubric: Label Studio's labelling configuration, an XML text.

A form decides nothing beforehand: no verdict is chosen, no star is given, and the boxes for an edit hold the text as
it stands and appear once ``edit`` is chosen. An easy item takes two keys: one for the verdict, one to submit.
"""

from xml.sax.saxutils import quoteattr

from schemas.config import Kind
from schemas.rubric import Rubric

VERDICT, FLAGS, COMMENT = "verdict", "flags", "comment"
"""The names of the form's controls; each scale has its own name."""
EDITED = "edited_"
"""Before the name of the text that an edit is of."""
PII = "pii_"
"""Before the name of the text that personal data is marked in."""
PII_FLAG = "pii_left"
"""The flag that personal data was left: where a rubric has it, raising it shows the labels to mark it with."""
TURN = "turn_"
"""Before the place of a turn."""

STYLE = """
  .q-head {display: flex; gap: 32px; align-items: center; flex-wrap: wrap}
  .q-head > * {margin: 0 !important}
  .q-cards {display: flex; gap: 12px; align-items: stretch}
  .q-card {flex: 1; min-width: 0; border: 1px solid #d5d7dd; border-radius: 6px; padding: 4px 12px}
  .q-answer {background: #f6f9f5}
  .q-text {max-height: 46vh; overflow-y: auto}
  .q-passage {max-height: 30vh; overflow-y: auto}
  .q-turns {max-height: 50vh; overflow-y: auto}
  .q-turn {border-left: 4px solid #8aa4c8; padding: 0 12px; margin: 0 0 4px 0}
  .q-turn > * {margin: 0 !important}
  .q-scales {display: flex; gap: 16px; flex-wrap: wrap; margin-top: 6px}
  .q-scale {flex: 1; min-width: 170px}
  .q-scale > * {margin: 0 !important}
  .q-hint * {font-size: 12px !important; line-height: 15px !important; font-weight: normal !important; margin: 0}
  .q-opinions {border: 1px dashed #b58b2a; border-radius: 6px; padding: 0 12px; margin-bottom: 4px}
"""


def form(rubric: Rubric, kind: Kind, *, opinions: bool = False) -> str:
    """The form for items of a kind.

    Args:
        rubric: What is asked.
        kind: ``qa`` shows question and answer side by side; ``dialogue`` a card for each turn.
        opinions: Whether the opinions of others stand above it, as the adjudicator sees them.
    """
    parts = ["<View>", f"<Style>{STYLE}</Style>"]
    parts += ['<View className="q-head">', *_verdict(rubric), '<Text name="item" value="$about"/></View>']
    if opinions:
        parts += ['<View className="q-opinions"><Header value="What the reviewers said" size="6"/>']
        parts += ['<Text name="opinions" value="$opinions" highlightColor="#ffffff"/></View>']
    parts += [*(_qa(rubric) if kind == "qa" else _dialogue(rubric)), *_passage()]
    parts += [*_flags(rubric), *_scales(rubric), *_comment(), "</View>"]
    return "\n".join(parts) + "\n"


def _qa(rubric: Rubric) -> list[str]:
    cards = [*_text("question", "Question", rubric), *_text("answer", "Answer", rubric)]
    return ['<View className="q-cards">', *cards, "</View>"]


def _text(name: str, title: str, rubric: Rubric) -> list[str]:
    return [
        f'<View className="q-card q-{name}"><Header value="{title}" size="6"/>',
        f'<View className="q-text"><Text name="{name}" value="${name}"/></View>',
        *_marks(name, f"the {name}", rubric),
        *_edit_box(name, f"${name}", rows=8),
        "</View>",
    ]


def _dialogue(rubric: Rubric) -> list[str]:
    place = "{{idx}}"
    name, value = f"{TURN}{place}", f"$turns[{place}]"
    return [
        '<View className="q-turns">',
        f'<Repeater on="$turns" indexFlag="{place}">',
        f'<View className="q-turn"><Header value="{value}.role" size="6"/>',
        f'<Text name="{name}" value="{value}.text"/>',
        *_marks(name, f"turn {place}", rubric),
        *_edit_box(name, f"{value}.text", rows=3),
        "</View>",
        "</Repeater>",
        "</View>",
    ]


def _passage() -> list[str]:
    """What an answer was drawn from, with the sentences that support it marked; nothing where it is from no text."""
    return ['<View className="q-passage"><HyperText name="passage" value="$passage" inline="true"/></View>']


def _marks(name: str, title: str, rubric: Rubric) -> list[str]:
    """The label to mark personal data with, once the flag for it is raised."""
    flag = next((one.title for one in rubric.flags if one.name == PII_FLAG), None)
    if flag is None:
        return []
    return [
        f'<View visibleWhen="choice-selected" whenTagName="{FLAGS}" whenChoiceValue={quoteattr(flag)}>',
        f'<Labels name="{PII}{name}" toName="{name}"><Label value="personal data in {title}"/></Labels>',
        "</View>",
    ]


def _edit_box(name: str, value: str, rows: int) -> list[str]:
    return [
        f'<View visibleWhen="choice-selected" whenTagName="{VERDICT}" whenChoiceValue="edit">',
        f'<TextArea name="{EDITED}{name}" toName="{name}" value="{value}" editable="true" maxSubmissions="1" '
        f'rows="{rows}"/>',
        "</View>",
    ]


def _verdict(rubric: Rubric) -> list[str]:
    choices = [
        f"<Choice value={quoteattr(one.name)} hotkey={quoteattr(one.hotkey)} hint={quoteattr(one.means)}/>"
        for one in rubric.verdicts
    ]
    return [
        f'<Choices name="{VERDICT}" toName="item" choice="single-radio" showInline="true" required="true" '
        'requiredMessage="Choose accept, edit or reject.">',
        *choices,
        "</Choices>",
    ]


def _flags(rubric: Rubric) -> list[str]:
    if not rubric.flags:
        return []
    choices = [
        f"<Choice value={quoteattr(flag.title)} alias={quoteattr(flag.name)} hotkey={quoteattr(flag.hotkey)} "
        f"hint={quoteattr(flag.hint)}/>"
        for flag in rubric.flags
    ]
    return [f'<Choices name="{FLAGS}" toName="item" choice="multiple" showInline="true">', *choices, "</Choices>"]


def _scales(rubric: Rubric) -> list[str]:
    found: list[str] = []
    for scale in rubric.scales:
        anchors = f"1: {scale.anchors[0]} · 5: {scale.anchors[-1]}"
        found += [
            f'<View className="q-scale"><Header value={quoteattr(scale.title)} size="6"/>',
            f'<Rating name="{scale.name}" toName="item" maxRating="5" icon="star" size="small"/>',
            f'<View className="q-hint"><Header value={quoteattr(anchors)} size="6"/></View></View>',
        ]
    return ['<View className="q-scales">', *found, "</View>"] if found else []


def _comment() -> list[str]:
    return [
        f'<TextArea name="{COMMENT}" toName="item" rows="1" maxSubmissions="1" editable="true" '
        'placeholder="Comment: why, where it is not plain"/>',
    ]
