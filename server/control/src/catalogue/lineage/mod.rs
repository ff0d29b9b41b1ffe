//! Lineage: what each definition uses, written with the definition; what is near an asset, what is affected if it goes, and the same for
//! other programs.
//!
//! From definitions to edges: [`datasets`], [`apis`] (with [`scripts`] and [`unions`]) and grants, over [`tables`]; [`written`] puts them into
//! the change that releases or saves, and [`refresh`] makes up for what no change has written. From edges to people: [`loading`] reads as
//! many as a question needs, [`sight`] says who may see what, and [`calls`] adds what apps may call and have called.

mod apis;
mod calls;
mod checked;
mod columns;
mod csv;
mod datasets;
mod impact;
mod loading;
mod openlineage;
mod refresh;
mod scripts;
mod sight;
mod sql;
mod tables;
mod unions;
mod uses;
mod view;
mod written;

pub(crate) use checked::Checked;
pub use csv::impact_as_csv;
pub(crate) use written::{remove, write_api, write_app, write_dataset, write_job};
