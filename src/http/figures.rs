//! Figures as JSON, there and back: rows of a figure's name, its fields and its number. Whoever adds up the numbers of equal
//! rows of several instances has the figures of all of them.

use crate::domain::Text;
use crate::domain::terms::movement::Axis;
pub use crate::runtime::snapshot::figures::Figures;
use crate::runtime::snapshot::figures::cell::{Cell, Field};
use crate::runtime::snapshot::figures::{Key, ModelNames, Pipeline};
use serde_json::{Value, json};

/// The version of this form.
const VERSION: u64 = 1;

/// As `/api/v1/funnel` shows them.
#[must_use]
pub fn to_json(figures: &Figures) -> Value {
    let model = |(key, names): (&u64, &ModelNames)| {
        json!({
            "key": cell_json(&key.cell()),
            "name": names.name,
            "hash": names.hash,
            "journey": names.stages[0],
            "funnel": names.stages[1],
            "personas": names.personas,
            "lapsed": names.lapsed,
            "pipeline": names.pipeline.map(|p| json!({ "axis": p.axis.name(), "open": p.open, "won": p.won })),
        })
    };
    let row = |(key, count): (&Key, i64)| {
        let mut row: Vec<Value> = key.row().iter().map(cell_json).collect();
        row.push(json!(count));
        Value::Array(row)
    };
    json!({
        "version": VERSION,
        "since_ms": figures.since_ms,
        "until_ms": figures.until_ms,
        "models": figures.models.iter().map(model).collect::<Vec<_>>(),
        "sums": figures.sorted().into_iter().map(row).collect::<Vec<_>>(),
    })
}

/// What an instance sent, and how many rows a newer build has that this one doesn't know.
///
/// # Errors
/// It is not of this form.
pub fn from_json(value: &Value) -> Result<(Figures, usize), &'static str> {
    if value["version"] != VERSION {
        return Err("its figures are of another version: use the leadstream that the service runs");
    }
    let mut figures = Figures::default();
    for model in value["models"].as_array().ok_or("no models")? {
        let (key, names) = names(model).ok_or("a model is not as it should be")?;
        figures.models.insert(key, names);
    }
    figures.covers(value["since_ms"].as_i64());
    figures.covers(value["until_ms"].as_i64());
    let mut unknown = 0;
    for row in value["sums"].as_array().ok_or("no sums")? {
        let (count, cells) = row.as_array().and_then(|row| row.split_last()).ok_or("a sum is no row")?;
        let count = count.as_i64().ok_or("a sum has no number")?;
        let cells: Option<Vec<Cell>> = cells.iter().map(json_cell).collect();
        match cells.and_then(|cells| Key::of_row(&cells)) {
            Some(key) => figures.add(key, count),
            None => unknown += 1,
        }
    }
    Ok((figures, unknown))
}

fn cell_json(cell: &Cell) -> Value {
    match cell {
        Cell::Number(number) => json!(number),
        Cell::Text(text) => json!(text),
    }
}

fn json_cell(value: &Value) -> Option<Cell> {
    match value {
        Value::Number(number) => number.as_i64().map(Cell::Number),
        Value::String(text) => Some(Cell::Text(text.as_str().into())),
        _ => None,
    }
}

fn names(model: &Value) -> Option<(u64, ModelNames)> {
    let texts =
        |key: &str| -> Option<Vec<Text>> { model[key].as_array()?.iter().map(|text| Some(text.as_str()?.into())).collect() };
    let small = |value: &Value| u8::try_from(value.as_u64()?).ok().filter(|n| *n > 0);
    let pipeline = &model["pipeline"];
    let pipeline = if pipeline.is_null() {
        None
    } else {
        let axis = Axis::of_cell(&json_cell(&pipeline["axis"])?)?;
        Some(Pipeline { axis, open: small(&pipeline["open"])?, won: small(&pipeline["won"])? })
    };
    let names = ModelNames {
        name: model["name"].as_str()?.into(),
        hash: model["hash"].as_str()?.into(),
        stages: [texts("journey")?, texts("funnel")?],
        personas: texts("personas")?,
        pipeline,
        lapsed: [0, 1].map(|axis| small(&model["lapsed"][axis]).unwrap_or(0)),
    };
    Some((u64::of_cell(&json_cell(&model["key"])?)?, names))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::snapshot::figures::{CartFact, Way};

    #[test]
    fn figures_come_back_as_they_were() {
        let mut figures = Figures::default();
        let stages = [vec!["a".into(), "b".into()], vec!["c".into()]];
        let names = ModelNames {
            name: "m".into(),
            hash: "h".into(),
            stages,
            personas: vec!["buyer".into()],
            pipeline: Some(Pipeline { axis: Axis::Journey, open: 1, won: 2 }),
            lapsed: [2, 0],
        };
        figures.models.insert(u64::MAX, names);
        figures.covers(Some(-5));
        figures.covers(Some(70));
        figures.add(Key::Week { model: u64::MAX, axis: Axis::Journey, stage: 1, week: 2_834, way: Way::Stale }, 3);
        figures.add(Key::CartValue { what: CartFact::Recovered, currency: "EUR".into() }, -19_990);
        figures.add(Key::ClosedSeconds {}, 1 << 60);
        let text = to_json(&figures).to_string();
        assert_eq!(from_json(&serde_json::from_str(&text).unwrap()), Ok((figures.clone(), 0)), "{text}");
        let mut newer = to_json(&figures);
        newer["sums"].as_array_mut().unwrap().push(json!(["weather", 1, 2]));
        assert_eq!(from_json(&newer), Ok((figures, 1)));
        for broken in [json!({}), json!({ "version": 2 }), json!({ "version": 1, "models": [{}], "sums": [] })] {
            assert!(from_json(&broken).is_err(), "{broken}");
        }
    }
}
