//! From a point of a scenario and its models to a world.

use super::library::Library;
use super::meaning::Meaning;
use super::model::{self, Role};
use super::workload::Workload;
use crate::catalog::ModelProfile;
use crate::problem::{Problem, remedy_for_name};
use crate::sim::{Codec, CodecId, GroupId, Horizon, Information, Link, Model, NodeGroup, World};
use std::sync::Arc;

/// The world; nothing if a model is missing. What is wrong is noted, and then the world is of no use.
pub(super) fn world(library: &Library, meaning: &mut Meaning<'_>) -> Option<World> {
    let file = meaning.file;
    let role = |(name, folder)| Some((name, library.get(folder)?));
    let roles: Vec<Role<'_>> = file.models.iter().map(|(name, folder)| role((name, folder))).collect::<Option<_>>()?;
    model::same_images(&roles, meaning);
    let codecs = model::codecs(&roles, meaning);
    let models: Vec<Model> = roles.iter().map(|r| model::model(*r, &codecs, file.images)).collect();
    let labels = Arc::new(models.first()?.tables.label.clone());
    let classes = present(&labels, roles.first()?.1.profile.classes.len());
    Some(World {
        seed: file.seed,
        groups: groups(&roles, meaning),
        links: links(library, meaning),
        workloads: workloads(&models, &codecs, &classes, meaning),
        codecs,
        models,
        labels,
        information: Information { staleness: file.information.staleness, decision: file.information.decision },
        horizon: horizon(meaning),
        failures: super::failures::all(meaning),
    })
}

/// Which classes have images.
fn present(labels: &[u16], classes: usize) -> Vec<bool> {
    (0..classes).map(|class| labels.iter().any(|label| usize::from(*label) == class)).collect()
}

fn groups(roles: &[Role<'_>], meaning: &mut Meaning<'_>) -> Vec<NodeGroup> {
    let file = meaning.file;
    let profiles: Vec<(&str, &ModelProfile)> = roles.iter().map(|(role, variant)| (*role, &variant.profile)).collect();
    file.nodes.iter().map(|(name, node)| node.group(name, &profiles, meaning)).collect()
}

fn links(library: &Library, meaning: &Meaning<'_>) -> Vec<Link> {
    let file = meaning.file;
    let group = |name: &str| file.nodes.position(name).map(|i| GroupId(i as u16));
    let link = |(name, link): (&str, &super::link::Link)| {
        let [lower, upper] = &link.between;
        Some(link.build(name, group(lower)?, group(upper)?, library))
    };
    file.links.iter().filter_map(link).collect()
}

fn horizon(meaning: &Meaning<'_>) -> Horizon {
    let run = &meaning.file.run;
    let warm_up = run.horizon.warm_up();
    Horizon { warm_up, end: warm_up + run.length, drain: run.drain.unwrap_or(run.length) }
}

fn workloads(
    models: &[Model],
    codecs: &[Codec],
    classes: &[bool],
    meaning: &mut Meaning<'_>,
) -> Vec<crate::sim::Workload> {
    let file = meaning.file;
    let mut one = |i: usize, (name, workload): (&str, &Workload)| {
        let send = send(name, workload, models, codecs, meaning)?;
        let sites = workload.classes.sites(file.seed, i as u64, classes);
        let told = |problem| meaning.tell(&["workload", name, "classes", "mix"], problem);
        Some(crate::sim::Workload {
            name: name.into(),
            at: GroupId(file.nodes.position(&workload.at)? as u16),
            arrivals: workload.arrivals,
            send,
            sink: workload.sink,
            deadline: workload.deadline,
            priority: workload.priority,
            sites: sites.map_err(told).ok()?,
        })
    };
    file.workload.iter().enumerate().filter_map(|(i, workload)| one(i, workload)).collect()
}

/// The codec that raw images are sent with: somebody measured it for each model that they may be sent to.
fn send(
    name: &str,
    workload: &Workload,
    models: &[Model],
    codecs: &[Codec],
    meaning: &mut Meaning<'_>,
) -> Option<CodecId> {
    let path = ["workload", name, "send"];
    let received = format!("`{}`", workload.send);
    let Some(index) = codecs.iter().position(|c| c.name == workload.send) else {
        let problem = Problem::new("a codec that nobody measured").received(received);
        meaning.tell(&path, problem.remedy(remedy_for_name(&workload.send, codecs.iter().map(|c| c.name.as_str()))));
        return None;
    };
    for model in remote(workload, models, meaning) {
        if !measured(model, index, &codecs[index]) {
            let what = format!("a codec that nobody measured for raw images of `{}`", model.name);
            let remedy = format!("measured: {}", measured_ones(model, codecs).join(", "));
            meaning.tell(&path, Problem::new(what).received(&received).remedy(remedy));
        }
    }
    Some(CodecId(index as u8))
}

/// Models that a raw image of this workload may be sent to.
fn remote<'a>(workload: &Workload, models: &'a [Model], meaning: &Meaning<'_>) -> Vec<&'a Model> {
    let above: Vec<&str> = meaning.way_up(&workload.at).into_iter().skip(1).collect();
    let hosts =
        |group: &&str, role: &str| meaning.file.nodes.get(group).is_some_and(|n| n.models.iter().any(|m| m == role));
    models.iter().filter(|model| above.iter().any(|group| hosts(group, &model.name))).collect()
}

fn measured(model: &Model, index: usize, codec: &Codec) -> bool {
    let sized = model.taps.first().is_some_and(|raw| raw.sizes[index].is_some());
    let answer = model.answer().map(|tap| &model.taps[tap.0 as usize].name);
    sized && (codec.lossless || answer.is_some_and(|tap| model.tables.output(tap, &codec.name).is_some()))
}

fn measured_ones<'a>(model: &Model, codecs: &'a [Codec]) -> Vec<&'a str> {
    let all = codecs.iter().enumerate().filter(|(i, codec)| measured(model, *i, codec));
    all.map(|(_, codec)| codec.name.as_str()).collect()
}
