"""The form that a rater fills in, in Label Studio's markup: consent, the prompt, two replies, scales, a preference."""

from xml.sax.saxutils import quoteattr

from annotations.study.design import POINTS, Study

CONSENT, PREFERENCE = "consent", "preference"
AGREED = "I have read this and take part freely."
PREFERENCES = {"left": "The left one", "tie": "Both alike", "right": "The right one"}

STYLE = """
  .s-consent {border: 1px dashed #8aa4c8; border-radius: 6px; padding: 0 12px; margin-bottom: 6px}
  .s-prompt {border-left: 4px solid #8aa4c8; padding: 0 12px; margin-bottom: 6px}
  .s-sides {display: flex; gap: 12px; align-items: stretch}
  .s-side {flex: 1; min-width: 0; border: 1px solid #d5d7dd; border-radius: 6px; padding: 4px 12px}
  .s-text {max-height: 38vh; overflow-y: auto; background: #f6f9f5; padding: 0 8px}
  .s-scale {display: flex; gap: 12px; align-items: center}
  .s-scale > * {margin: 0 !important}
  .s-name {min-width: 108px}
  .s-ends * {font-size: 12px !important; font-weight: normal !important; margin: 0}
"""


def study_form(study: Study) -> str:
    """The form of a study; nothing in it is chosen beforehand, and consent comes first."""
    parts = [
        "<View>",
        f"<Style>{STYLE}</Style>",
        '<View className="s-consent">',
        f'<Header value={quoteattr(study.consent)} size="6"/>',
        f'<Choices name="{CONSENT}" toName="prompt" choice="multiple" required="true" '
        'requiredMessage="Nothing is stored without your consent.">',
        f'<Choice value={quoteattr(AGREED)} alias="yes" hotkey="c"/>',
        "</Choices></View>",
        '<View className="s-prompt"><Text name="about" value="$about"/><Text name="prompt" value="$prompt"/></View>',
        '<View className="s-sides">',
        *_side(study, "left", "Left reply"),
        *_side(study, "right", "Right reply"),
        "</View>",
        '<Header value="Which reply is better for the person who wrote?" size="5"/>',
        f'<Choices name="{PREFERENCE}" toName="prompt" choice="single-radio" showInline="true" required="true" '
        'requiredMessage="Choose one, or both alike.">',
        *(
            f'<Choice value={quoteattr(words)} alias="{name}" hotkey="{hotkey}"/>'
            for hotkey, (name, words) in zip("lbr", PREFERENCES.items(), strict=True)
        ),
        "</Choices>",
        "</View>",
    ]
    return "\n".join(parts) + "\n"


def _side(study: Study, side: str, title: str) -> list[str]:
    found = [
        f'<View className="s-side"><Header value="{title}" size="5"/>',
        f'<View className="s-text"><Text name="{side}" value="${side}"/></View>',
    ]
    for scale in study.scales:
        ends = f"1: {scale.low} · {POINTS}: {scale.high}"
        found += [
            '<View className="s-scale"><View className="s-name">',
            f'<Header value={quoteattr(scale.title)} size="6"/></View>',
            f'<Rating name="{side}_{scale.name}" toName="{side}" maxRating="{POINTS}" icon="star" size="small" '
            'required="true"/>',
            f'<View className="s-ends"><Header value={quoteattr(ends)} size="6"/></View></View>',
        ]
    return [*found, "</View>"]
