//! What the demo says of its assets, so that a first look into the catalogue is not empty: owners, descriptions, tags, terms and an entity.

use std::time::Duration;

use control::catalogue::{AssetStatusInput, AssetValuesInput, EntityInput, ScanInput, Tagging, TermMapping, VocabularyInput};
use control::{Caller, Control};
use model::catalogue::{
    AssetPath, AssetSelection, AssetStatus, BusinessEntity, EntityAttribute, EntityJoin, EntityTable, ScanSpec, TagColour, TagDefinition,
    TermDefinition, Vocabulary,
};
use model::form::JoinOn;
use model::table::TableRef;
use model::{ErrorCode, Problem, Role};

use super::names::{DOMAIN, SOURCE};

/// How often it is looked whether the scan has ended, and how many times.
const POLL: Duration = Duration::from_millis(20);
const POLLS: u32 = 1_500;
/// Minutes between two scans of the demo's source.
const EVERY: u32 = 60;

/// Tables with their tier, and what is in them.
const TABLES: [(&str, &str, &str); 5] = [
    ("flights", "P0", "Every flight out of *New York* in 2013, one row each, with delays. A flight that never left has no `dep_time`."),
    ("planes", "P1", "Every aircraft in the register, one row for each tail number: maker, model, seats and engines."),
    ("airlines", "P2", "Carriers by their two-letter code."),
    ("airports", "P2", "Airports by their three-letter code: name, place and time zone."),
    ("weather", "P3", "The weather at the three airports of New York, hour by hour."),
];
const COLUMNS: [(&str, &str, &str); 9] = [
    ("flights", "tailnum", "Tail number of the aircraft; empty for some cancelled flights."),
    ("flights", "carrier", "Two-letter code of the carrier."),
    ("flights", "dep_delay", "Minutes between planned and real departure; negative for early ones."),
    ("flights", "arr_delay", "Minutes between planned and real arrival; negative for early ones."),
    ("flights", "origin", "Airport of departure: EWR, JFK or LGA."),
    ("flights", "dest", "Airport of arrival."),
    ("planes", "tailnum", "Tail number, as it is painted on the aircraft."),
    ("planes", "year", "Year in which it was made; empty where it is not known."),
    ("airports", "faa", "Three-letter code."),
];
/// Tags with their colours, their meanings and the tables that carry them.
const TAGS: [(&str, TagColour, &str, &[&str]); 3] = [
    ("aircraft", TagColour::Petrol, "About single aircraft.", &["planes", "flights"]),
    ("delays", TagColour::Amber, "About how late flights are.", &["flights"]),
    ("reference", TagColour::Slate, "Changes rarely, and is joined to facts.", &["planes", "airlines", "airports"]),
];
/// A governed vocabulary, and its tags.
const CLASSES: &str = "data-class";
const CLASS_TAGS: [(&str, TagColour, &str); 2] =
    [("Public", TagColour::Green, "Anybody may read it."), ("Internal", TagColour::Blue, "For people of this company.")];

/// Lets the source be scanned, where it never was: the worker begins while the rest of the demo is made. Whether it was let.
pub(super) async fn scan(control: &Control, builder: &Caller) -> Result<bool, Problem> {
    if control.source_scan(builder, SOURCE).await?.is_some() {
        return Ok(false);
    }
    let spec = ScanSpec { every_minutes: Some(EVERY), ..ScanSpec::default() };
    control.set_source_scan(builder, SOURCE, &ScanInput { edit: None, spec }).await?;
    Ok(true)
}

/// Says what there is to say, once the tables are registered.
pub(super) async fn describe(control: &Control, owner: &Caller) -> Result<(), Problem> {
    is_scanned(control, owner).await?;
    assets(control, owner).await?;
    tags(control, owner).await?;
    terms(control, owner).await?;
    let entity = EntityInput { edit: None, entity: flight() };
    control.set_entity(owner, (DOMAIN, "flight"), &entity).await?;
    let planes = table("planes");
    let edit = control.asset(owner, &planes).await?.edit;
    control.set_asset_status(owner, &planes, &AssetStatusInput { edit, status: AssetStatus::Certified, successor: None }).await?;
    Ok(())
}

/// Waits for the end of the first scan.
async fn is_scanned(control: &Control, owner: &Caller) -> Result<(), Problem> {
    for _ in 0..POLLS {
        let scan = control.source_scan(owner, SOURCE).await?;
        if scan.is_some_and(|scan| scan.finished_at.is_some()) {
            return Ok(());
        }
        tokio::time::sleep(POLL).await;
    }
    Err(Problem::new(ErrorCode::Internal, "The source was not scanned in time."))
}

fn table(name: &str) -> AssetPath {
    AssetPath::table(SOURCE, &TableRef::new(name))
}

async fn assets(control: &Control, owner: &Caller) -> Result<(), Problem> {
    let person = |email: &str| Some(email.to_owned());
    for (name, tier, text) in TABLES {
        let path = table(name);
        let input = AssetValuesInput {
            edit: control.asset(owner, &path).await?.edit,
            description: Some(text.into()),
            owner: person("owner@demo"),
            steward: person("builder@demo"),
            tier: Some(tier.into()),
            links: None,
        };
        control.set_asset_values(owner, &path, &input).await?;
    }
    for (of, column, text) in COLUMNS {
        let path = table(of).column(column);
        let edit = control.asset(owner, &path).await?.edit;
        let input = AssetValuesInput { edit, description: Some(text.into()), ..AssetValuesInput::default() };
        control.set_asset_values(owner, &path, &input).await?;
    }
    Ok(())
}

async fn tags(control: &Control, owner: &Caller) -> Result<(), Problem> {
    for (name, colour, meaning, tables) in TAGS {
        let tag = TagDefinition { name: name.into(), colour, meaning: meaning.into(), ..TagDefinition::default() };
        let id = control.new_tag(owner, &tag).await?.id;
        set(control, owner, id, tables).await?;
    }
    let vocabulary = Vocabulary { title: "Data class".into(), meaning: "Who may read the rows of an asset.".into(), set_by: Role::Owner };
    control.set_vocabulary(&Caller::system(), CLASSES, &VocabularyInput { edit: None, vocabulary }).await?;
    for (index, (name, colour, meaning)) in CLASS_TAGS.into_iter().enumerate() {
        let vocabulary = Some(CLASSES.to_owned());
        let tag = TagDefinition { name: name.into(), vocabulary, colour, meaning: meaning.into(), ..TagDefinition::default() };
        let id = control.new_tag(owner, &tag).await?.id;
        if index == 0 {
            set(control, owner, id, &TABLES.map(|(name, ..)| name)).await?;
        }
    }
    Ok(())
}

async fn set(control: &Control, owner: &Caller, tag: String, tables: &[&str]) -> Result<(), Problem> {
    let select = AssetSelection { assets: tables.iter().map(|name| table(name)).collect(), filter: None };
    control.tag_assets(owner, &Tagging { select, add: vec![tag], remove: Vec::new(), expect: None }).await?;
    Ok(())
}

async fn terms(control: &Control, owner: &Caller) -> Result<(), Problem> {
    let term = |name: &str, definition: &str, synonyms: &[&str]| TermDefinition {
        name: name.into(),
        definition: definition.into(),
        synonyms: synonyms.iter().map(|synonym| (*synonym).to_owned()).collect(),
    };
    let tail = term("Tail number", "The registration of one aircraft, painted on its *tail*.", &["Aircraft registration", "机尾编号"]);
    let delay =
        term("Delay", "Minutes behind the plan, at departure or at arrival. Early flights have negative delays.", &["Lateness", "延误"]);
    for (term, columns) in [
        (tail, vec![table("planes").column("tailnum"), table("flights").column("tailnum")]),
        (delay, vec![table("flights").column("dep_delay"), table("flights").column("arr_delay")]),
    ] {
        let id = control.new_term(owner, DOMAIN, &term).await?;
        control.map_term(owner, &id, &TermMapping { add: columns, remove: Vec::new() }).await?;
    }
    Ok(())
}

/// A flight with its aircraft, its carrier, and where it goes.
fn flight() -> BusinessEntity {
    let table = |name: &str, of: &str| EntityTable { name: name.into(), table: TableRef::new(of) };
    let join = |right: &str, left_column: &str, right_column: &str| EntityJoin {
        left: "flights".into(),
        right: right.into(),
        on: vec![JoinOn { left: left_column.into(), right: right_column.into() }],
    };
    let attribute = |name: &str, title: &str, table: &str, column: &str| EntityAttribute {
        name: name.into(),
        title: title.into(),
        table: table.into(),
        column: column.into(),
    };
    BusinessEntity {
        title: "A flight with its aircraft, its carrier and its destination".into(),
        description: "One planned departure out of New York.".into(),
        source: SOURCE.into(),
        tables: vec![
            table("flights", "flights"),
            table("planes", "planes"),
            table("airlines", "airlines"),
            table("destination", "airports"),
        ],
        joins: vec![join("planes", "tailnum", "tailnum"), join("airlines", "carrier", "carrier"), join("destination", "dest", "faa")],
        attributes: vec![
            attribute("number", "Number of the flight", "flights", "flight"),
            attribute("tailnum", "Tail number of the aircraft", "flights", "tailnum"),
            attribute("model", "Model of the aircraft", "planes", "model"),
            attribute("carrier", "Name of the carrier", "airlines", "name"),
            attribute("destination", "Airport of arrival", "destination", "name"),
            attribute("dep_delay", "Delay at departure, in minutes", "flights", "dep_delay"),
        ],
    }
}
