//! What `model check --json` says.

use super::files::DataFile;
use super::{build, data};
use crate::domain::model::{Model, Models};
use crate::domain::terms::movement::Axis;
use crate::view::model_check::{
    AxisView, FaultyModel, FindingView, FitView, GoodModel, GradesView, LabelView, ModelCheckView, ModelRemark, SentenceView,
};
use leadstream_model::section::axis::graph;
use leadstream_model::{Fault, FileFault, Loaded, aloud, contradictions};

/// One object for each model, and one for each fault that only shows when they run side by side.
///
/// # Errors
/// A file of events can't be read.
pub(in crate::app) fn of(all: &[Loaded], files: &[DataFile]) -> anyhow::Result<Vec<ModelCheckView>> {
    let each = all.iter().map(|loaded| match build::one(loaded) {
        Ok(models) => good(loaded, &models, files).map(|good| ModelCheckView::Good(Box::new(good))),
        Err(faults) => Ok(faulty(&loaded.origin, &faults)),
    });
    let mut answer: Vec<ModelCheckView> = each.collect::<anyhow::Result<_>>()?;
    if answer.iter().all(ModelCheckView::is_good) {
        answer.extend(build::across(all).iter().map(|fault| faulty(&fault.origin, std::slice::from_ref(fault))));
    }
    Ok(answer)
}

fn faulty(origin: &str, faults: &[FileFault]) -> ModelCheckView {
    let faults = faults.iter().map(|fault| remark(&fault.fault)).collect();
    ModelCheckView::Faulty(FaultyModel { faults, file: origin.to_owned(), ok: false })
}

fn good(loaded: &Loaded, models: &Models, files: &[DataFile]) -> anyhow::Result<GoodModel> {
    let (spec, model) = (&loaded.spec, models.in_charge());
    let labels = model.score.labels.iter();
    let fit = model.people.fit.as_ref().map(|fit| FitView {
        cap: fit.cap,
        grades: GradesView { engagement: fit.numbers, fit: fit.letters },
        rules: fit.rules.len(),
    });
    Ok(GoodModel {
        cart_steps_ms: model.cart.steps_ms.clone(),
        data: files.iter().map(|file| data::compare(file, models)).collect::<anyhow::Result<_>>()?,
        file: loaded.origin.clone(),
        fit,
        for_personas: spec.people.for_personas.iter().map(|persona| persona.value.clone()).collect(),
        funnel: axis(loaded, model, Axis::Funnel),
        groups: model.score.groups.iter().map(|group| group.name.to_string()).collect(),
        hash: model.hash_text.clone(),
        journey: axis(loaded, model, Axis::Journey),
        labels: labels.map(|l| LabelView { fit: l.fit, name: l.name.to_string(), score: l.score }).collect(),
        name: model.name.to_string(),
        notes: leadstream_model::notes(spec).iter().map(remark).collect(),
        ok: true,
        personas: model.people.personas.iter().map(|persona| persona.name.to_string()).collect(),
        says: aloud::lines(spec).into_iter().map(|(of, says)| SentenceView { of, says }).collect(),
        warnings: contradictions(spec, &model.cart).iter().map(remark).collect(),
    })
}

fn axis(loaded: &Loaded, model: &Model, axis: Axis) -> AxisView {
    let finding = |found: graph::Finding| FindingView {
        kind: found.kind.name().to_owned(),
        line: found.fault.place.line,
        message: found.fault.message,
    };
    AxisView {
        graph: graph::findings(&loaded.spec.axes[axis]).into_iter().map(finding).collect(),
        moves: model.axes[axis].moves.len(),
        stages: model.axes[axis].stages.iter().map(ToString::to_string).collect(),
    }
}

fn remark(fault: &Fault) -> ModelRemark {
    ModelRemark { key: fault.place.path.clone(), line: fault.place.line, message: fault.message.clone() }
}
