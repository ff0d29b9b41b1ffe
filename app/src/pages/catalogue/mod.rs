//! The catalogue: its search, the page of an asset with its parts, tags, the glossary, business entities, suggested tags, and the stewards'
//! board.

mod access;
pub(crate) mod api;
pub(crate) mod api_asset;
pub(crate) mod api_entities;
pub(crate) mod api_lineage;
pub(crate) mod api_profile;
pub(crate) mod api_scan;
pub(crate) mod api_stewards;
pub(crate) mod api_suggestions;
pub(crate) mod api_tagging;
pub(crate) mod api_tags;
pub(crate) mod api_terms;
mod asset;
mod at;
mod browse;
mod bulk;
mod bulk_bar;
mod bulk_form;
mod bulk_query;
mod columns;
mod describe;
mod details;
mod entities;
mod entity_draft;
mod entity_form;
mod entity_rows;
mod evidence;
mod facets;
mod frame;
#[cfg(feature = "ssr")]
mod gathered;
mod glossary;
mod histogram;
mod history;
mod impact_note;
mod labels;
mod lineage;
mod lineage_asked;
#[cfg(feature = "ssr")]
mod lineage_boxes;
#[cfg(feature = "ssr")]
mod lineage_drawn;
#[cfg(feature = "ssr")]
mod lineage_impact;
#[cfg(feature = "ssr")]
mod lineage_list;
#[cfg(feature = "ssr")]
mod lineage_page;
#[cfg(feature = "ssr")]
mod lineage_tools;
mod marks;
mod meanwhile;
mod overview;
mod profile_tab;
mod quality_tab;
#[cfg(feature = "ssr")]
mod reading;
mod result;
mod sample_tab;
mod saved;
mod scan;
mod scan_form;
mod shared;
mod shares;
mod shown;
mod standing;
mod stewards;
#[cfg(feature = "ssr")]
mod stewards_drawn;
mod suggestions;
mod tab;
mod tag_acts;
mod tag_form;
mod tag_merge;
#[cfg(feature = "ssr")]
mod tagging;
mod tags;
mod term_form;
mod usage;
mod values;
mod vocabularies;

pub(crate) use asset::AssetDetailPage;
pub(crate) use browse::CataloguePage;
pub(crate) use bulk::BulkPage;
pub(crate) use entities::{EntitiesPage, EntityPage, NewEntityPage};
pub(crate) use frame::ENTITIES;
pub(crate) use glossary::GlossaryPage;
pub(crate) use impact_note::ImpactNote;
pub(crate) use marks::kind_name;
pub(crate) use stewards::StewardsPage;
pub(crate) use suggestions::SuggestionsPage;
pub(crate) use tags::TagsPage;
