//! What a bundle holds, asked piece by piece: findings, a brief, pictures, exchanges, and how two bundles differ.

use std::path::Path;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rmcp::model::{CallToolResult, ContentBlock};

use super::{
    asked::{CaseAsked, CompareAsked, DetectorAsked, ExchangeAsked, FindingsAsked},
    place::Place,
    refusal::Refusal,
    told::{
        BriefTold, BundleTold, CAPTURED, ChangedStep, ComparisonTold, DetectorTold, ExchangesTold,
        NOT_CONFIRMED, PictureRow, PicturesTold, told,
    },
};
use crate::cli::{
    compare::{self, Compared},
    failure::Failure,
    handed::Handed,
};
use crate::detect;
use crate::handoff::{
    self, Choice, Wanted, brief, cases, exchange_told, exchanges, fenced, listing, pictures,
};
use crate::report::{Charset, Colour, TableLook};

/// How many pictures come in one answer.
const MOST_PICTURES: usize = 4;
/// How many steps of a comparison are told as data, and how long its tables may be, in characters.
const MOST_STEPS: usize = 40;
const LONGEST_TABLES: usize = 12_000;
/// How a table looks that nobody sees on a terminal.
const LOOK: TableLook = TableLook {
    width: 120,
    colour: Colour::Never,
    charset: Charset::Ascii,
};

pub(super) fn findings(place: &Place, asked: FindingsAsked) -> Result<CallToolResult, Refusal> {
    let path = place.bundle(asked.bundle.as_deref())?;
    let wanted = Wanted {
        step: asked.step.map(|step| step.to_string()),
        severity: asked.severity,
    };
    holding(&path, &wanted, "")
}

/// What a bundle holds, after a line of ours.
pub(super) fn holding(path: &Path, wanted: &Wanted, lead: &str) -> Result<CallToolResult, Refusal> {
    let handed = Handed::open(path)?;
    let view = handed.view(None);
    let holds = listing(&view, wanted)?;
    let data = BundleTold {
        notice: CAPTURED,
        bundle: path.display().to_string(),
        status: view.document.worst(),
        holds,
    };
    let text = format!(
        "{lead}bundle {}\n{}\n\n{CAPTURED}\n{NOT_CONFIRMED}",
        data.bundle,
        data.holds.to_markdown()
    );
    told(text, &data)
}

pub(super) fn brief_of(place: &Place, asked: CaseAsked) -> Result<CallToolResult, Refusal> {
    let path = place.bundle(asked.bundle.as_deref())?;
    let handed = Handed::open(&path)?;
    let view = handed.view(None);
    let cases = cases(&view, &choice(asked)?)?;
    let markdown = brief(&view, &cases, &|_| Vec::new());
    let data = BriefTold {
        notice: CAPTURED,
        bundle: path.display().to_string(),
        markdown,
    };
    told(format!("{}\n{NOT_CONFIRMED}", data.markdown), &data)
}

pub(super) fn pictures_of(place: &Place, asked: CaseAsked) -> Result<CallToolResult, Refusal> {
    let path = place.bundle(asked.bundle.as_deref())?;
    let handed = Handed::open(&path)?;
    let view = handed.view(None);
    let cases = cases(&view, &choice(asked)?)?;
    let shown = &cases[..cases.len().min(MOST_PICTURES)];
    let mut found = pictures(&view, shown);
    if found.is_empty() {
        return Err(Refusal::new(
            "error: there is no picture of it in the bundle\nhelp: `list_findings` says which steps were walked; one that never began has none",
        ));
    }
    let left_out = found.len().saturating_sub(MOST_PICTURES) + (cases.len() - shown.len());
    found.truncate(MOST_PICTURES);
    let rows = found.iter().map(|picture| PictureRow {
        what: picture.what.clone(),
        width: picture.drawn.width,
        height: picture.drawn.height,
    });
    let data = PicturesTold {
        notice: CAPTURED,
        pictures: rows.collect(),
        left_out,
    };
    let names: Vec<_> = found.iter().map(|it| format!("- {}", it.what)).collect();
    let text = format!("{}\n\n{CAPTURED}\n{NOT_CONFIRMED}", names.join("\n"));
    let mut result = told(text, &data)?;
    let images = found.iter().map(|picture| {
        let encoded = STANDARD.encode(&picture.drawn.bytes);
        ContentBlock::image(encoded, "image/jpeg")
    });
    result.content.extend(images);
    Ok(result)
}

fn choice(asked: CaseAsked) -> Result<Choice, Refusal> {
    match (asked.step, asked.finding) {
        (Some(step), None) => Ok(Choice::Step(step.to_string())),
        (None, Some(finding)) => Ok(Choice::Finding(finding)),
        _ => Err(Refusal::new(
            "error: one thing is told at a time\nhelp: give a `step` (its number in the walk, or its id) or a `finding` (`f1`); `list_findings` names both",
        )),
    }
}

pub(super) fn exchange(place: &Place, asked: &ExchangeAsked) -> Result<CallToolResult, Refusal> {
    let path = place.bundle(asked.bundle.as_deref())?;
    let handed = Handed::open(&path)?;
    let view = handed.view(None);
    let rows = exchanges(&view, &asked.step.to_string())?;
    let whole = match &asked.exchange {
        None => None,
        Some(id) => Some(exchange_told(&view, id).ok_or_else(|| {
            Refusal::new(format!(
                "error: the bundle has no exchange `{}`\nhelp: leave `exchange` out to see those of the step",
                id.escape_debug()
            ))
        })?),
    };
    let shown = whole.clone().unwrap_or_else(|| {
        let lines: Vec<_> = rows
            .iter()
            .map(|it| format!("{}  {}", it.id, it.line))
            .collect();
        fenced(&lines.join("\n"), LONGEST_TABLES)
    });
    let data = ExchangesTold {
        notice: CAPTURED,
        exchanges: rows,
        whole,
    };
    told(format!("{shown}\n{CAPTURED}"), &data)
}

pub(super) fn explain(asked: &DetectorAsked) -> Result<CallToolResult, Refusal> {
    let Some(rule) = detect::explain(&asked.name) else {
        let name = asked.name.clone();
        return Err(Failure::UnknownDetector { name }.into());
    };
    let data = DetectorTold {
        name: rule.name.to_owned(),
        markdown: rule.to_markdown(),
    };
    told(data.markdown.clone(), &data)
}

pub(super) fn compared(place: &Place, asked: &CompareAsked) -> Result<CallToolResult, Refusal> {
    let a = Compared::open(&place.inside(&asked.a)?)?;
    let b = Compared::open(&place.inside(&asked.b)?)?;
    let comparison = handoff::compare::compare(a.side(), b.side());
    let tables = fenced(&compare::drawn(&comparison, LOOK), LONGEST_TABLES);
    let mut steps: Vec<ChangedStep> = Vec::new();
    for list in comparison.checklists {
        let (name, persona) = (list.name, list.persona);
        let changed = list.steps.into_iter().filter(|step| step.differences > 0);
        steps.extend(changed.map(|step| ChangedStep {
            checklist: name.clone(),
            persona: persona.clone(),
            step,
        }));
    }
    let steps_left_out = steps.len().saturating_sub(MOST_STEPS);
    steps.truncate(MOST_STEPS);
    let data = ComparisonTold {
        notice: CAPTURED,
        differences: comparison.differences,
        a: comparison.a,
        b: comparison.b,
        steps,
        steps_left_out,
    };
    told(format!("{tables}\n{CAPTURED}\n{NOT_CONFIRMED}"), &data)
}
