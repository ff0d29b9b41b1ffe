//! The columns of a table, a dataset or an API: brought up to what was seen, so that each column keeps its asset.

use std::collections::{HashMap, HashSet};

use model::catalogue::{AssetField, AssetPath, ColumnMatches, ColumnSeen, ValueOrigin, match_columns};

use super::assets::AssetRow;
use super::history::AssetEventRow;
use super::renames::ColumnRenameRow;
use super::values::AssetValueRow;
use crate::{StoreError, Tx};

/// A column as it was seen, with what its source or its definition says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnInput {
    pub seen: ColumnSeen,
    /// Empty for nothing.
    pub about: String,
}

/// How many columns of an asset became what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ColumnChanges {
    /// Those that came back among them.
    pub new: u64,
    pub gone: u64,
    pub renamed: u64,
    pub retyped: u64,
    /// Pairs that a person is asked about.
    pub offered: u64,
}

/// Whether columns are known just as they are seen, so that nothing is to be written.
#[must_use]
pub fn columns_are_known(known: &[AssetRow], comments: &HashMap<String, String>, seen: &[ColumnInput]) -> bool {
    let known: HashMap<&str, &AssetRow> = known.iter().filter(|row| row.is_there()).map(|row| (row.name.as_str(), row)).collect();
    let is_known = |column: &ColumnInput| {
        known
            .get(column.seen.name.as_str())
            .is_some_and(|row| seen_of(row) == column.seen && comments.get(&row.id).map(String::as_str).unwrap_or_default() == column.about)
    };
    known.len() == seen.len() && seen.iter().all(is_known)
}

fn seen_of(row: &AssetRow) -> ColumnSeen {
    ColumnSeen {
        name: row.name.clone(),
        data_type: row.data_type.clone().unwrap_or_default(),
        position: row.position.unwrap_or_default(),
        number: row.number,
    }
}

/// Which known column is which of those that were seen.
struct Found {
    /// Columns that were there, and those that come back under their name.
    known: Vec<AssetRow>,
    back: Vec<(AssetRow, usize)>,
    matches: ColumnMatches,
}

impl Found {
    fn of(rows: Vec<AssetRow>, seen: &[ColumnSeen]) -> Self {
        let places: HashMap<&str, usize> = seen.iter().enumerate().map(|(index, column)| (column.name.as_str(), index)).collect();
        let (known, missing): (Vec<AssetRow>, Vec<AssetRow>) = rows.into_iter().partition(AssetRow::is_there);
        let back: Vec<(AssetRow, usize)> =
            missing.into_iter().filter_map(|row| places.get(row.name.as_str()).copied().map(|index| (row, index))).collect();
        // What comes back under its own name is no other column under another name.
        let is_back: HashSet<usize> = back.iter().map(|(_, index)| *index).collect();
        let others: Vec<usize> = (0..seen.len()).filter(|index| !is_back.contains(index)).collect();
        let columns: Vec<ColumnSeen> = others.iter().map(|index| seen[*index].clone()).collect();
        let matches = match_columns(&known.iter().map(seen_of).collect::<Vec<_>>(), &columns);
        Self { matches: placed(matches, &others), known, back }
    }
}

/// What is to be written of the columns of one asset.
#[derive(Default)]
struct Writing {
    moved: Vec<AssetRow>,
    new: Vec<AssetRow>,
    gone: Vec<String>,
    events: Vec<AssetEventRow>,
    /// Paths that columns had, and their assets.
    former: Vec<(String, String)>,
    /// The asset of each column that was seen.
    ids: Vec<String>,
    offered: Vec<ColumnRenameRow>,
    changes: ColumnChanges,
}

impl Tx {
    /// Brings the columns of an asset up to those that were seen, each of which has a name of its own. A column that comes back under its
    /// name is the asset that it was. `by` is who says what is said of them.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn put_columns(
        &mut self,
        parent: &AssetRow,
        columns: &[ColumnInput],
        (new_id, by): (&(dyn Fn() -> String + Sync), &str),
    ) -> Result<ColumnChanges, StoreError> {
        let rows = self.assets_of(&parent.id).await?;
        let comments = self.comments_of(&parent.id).await?;
        if columns_are_known(&rows, &comments, columns) {
            return Ok(ColumnChanges::default());
        }
        let seen: Vec<ColumnSeen> = columns.iter().map(|column| column.seen.clone()).collect();
        let writing = self.plan_columns((parent, &parent.decoded_path()?), (&Found::of(rows, &seen), &seen), new_id);
        self.write_columns(&writing).await?;
        self.put_comments(&writing.ids, columns, (&comments, by)).await?;
        self.forget_settled_renames(&parent.id).await?;
        self.insert_column_renames(&writing.offered).await?;
        self.note_changed_assets(std::slice::from_ref(&parent.id)).await?;
        Ok(writing.changes)
    }

    fn plan_columns(
        &self,
        (parent, path): (&AssetRow, &AssetPath),
        (found, seen): (&Found, &[ColumnSeen]),
        new_id: &(dyn Fn() -> String + Sync),
    ) -> Writing {
        let mut writing = Writing { ids: vec![String::new(); seen.len()], ..Writing::default() };
        for (before, now) in &found.matches.same {
            let row = &found.known[*before];
            self.keep((row, &seen[*now], path), &mut writing);
            writing.ids[*now].clone_from(&row.id);
        }
        for (row, index) in &found.back {
            self.keep((row, &seen[*index], path), &mut writing);
            writing.events.push(self.event(&row.id, ("back", ValueOrigin::Source), None, None));
            writing.ids[*index].clone_from(&row.id);
        }
        for index in &found.matches.new {
            let row = self.new_column(parent, path, &seen[*index], new_id());
            writing.ids[*index].clone_from(&row.id);
            writing.new.push(row);
        }
        for index in &found.matches.gone {
            let id = &found.known[*index].id;
            writing.events.push(self.event(id, ("gone", ValueOrigin::Source), None, None));
            writing.gone.push(id.clone());
        }
        for (before, now) in &found.matches.offered {
            let (before_id, after_id) = (found.known[*before].id.clone(), writing.ids[*now].clone());
            writing.offered.push(ColumnRenameRow { id: new_id(), before_id, after_id, at: self.change.at });
        }
        writing.changes.new = (writing.new.len() + found.back.len()) as u64;
        writing.changes.gone = writing.gone.len() as u64;
        writing.changes.offered = writing.offered.len() as u64;
        writing
    }

    /// A known column as it is now: under its name, of its type, at its place.
    fn keep(&self, (row, seen, parent): (&AssetRow, &ColumnSeen, &AssetPath), writing: &mut Writing) {
        let path = parent.column(&seen.name).to_string();
        if row.name != seen.name {
            writing.changes.renamed += 1;
            writing.former.push((row.path.clone(), row.id.clone()));
            writing.events.push(self.event(&row.id, ("name", ValueOrigin::Source), Some(row.name.clone()), Some(seen.name.clone())));
        }
        if row.data_type.as_deref() != Some(seen.data_type.as_str()) {
            writing.changes.retyped += 1;
            let event = self.event(&row.id, ("type", ValueOrigin::Source), row.data_type.clone(), Some(seen.data_type.clone()));
            writing.events.push(event);
        }
        if !row.is_there() || seen_of(row) != *seen {
            writing.moved.push(AssetRow {
                path,
                name: seen.name.clone(),
                data_type: Some(seen.data_type.clone()),
                position: Some(seen.position),
                number: seen.number,
                gone_at: None,
                ..row.clone()
            });
        }
    }

    fn new_column(&self, parent: &AssetRow, path: &AssetPath, seen: &ColumnSeen, id: String) -> AssetRow {
        AssetRow {
            data_type: Some(seen.data_type.clone()),
            position: Some(seen.position),
            number: seen.number,
            ..AssetRow::new(id, &path.column(&seen.name), Some(parent.id.clone()), &parent.domain, self.change.at)
        }
    }

    async fn write_columns(&mut self, writing: &Writing) -> Result<(), StoreError> {
        self.set_assets_gone(&writing.gone, true).await?;
        for row in &writing.moved {
            self.move_asset(row).await?;
        }
        for (path, id) in &writing.former {
            self.keep_former_path(path, id).await?;
        }
        self.insert_assets(&writing.new).await?;
        self.insert_events(&writing.events).await
    }

    /// What the source says of columns, where that is another text than before.
    async fn put_comments(
        &mut self,
        ids: &[String],
        columns: &[ColumnInput],
        (before, by): (&HashMap<String, String>, &str),
    ) -> Result<(), StoreError> {
        let (mut values, mut events) = (Vec::new(), Vec::new());
        for (id, column) in ids.iter().zip(columns) {
            let known = before.get(id);
            if known.map(String::as_str).unwrap_or_default() == column.about {
                continue;
            }
            let field = AssetField::Description.key();
            let after = (!column.about.is_empty()).then(|| column.about.clone());
            events.push(self.event(id, (field, ValueOrigin::Source), known.cloned(), after));
            values.push(AssetValueRow {
                asset_id: id.clone(),
                field: field.into(),
                origin: ValueOrigin::Source.key().into(),
                value: column.about.clone(),
                by_whom: by.into(),
                at: self.change.at,
            });
        }
        self.write_values(&values).await?;
        self.insert_events(&events).await
    }
}

/// Matches among some of the columns that were seen, by the places of these among all of them.
fn placed(matches: ColumnMatches, places: &[usize]) -> ColumnMatches {
    let of_pair = |(before, now): (usize, usize)| (before, places[now]);
    ColumnMatches {
        same: matches.same.into_iter().map(of_pair).collect(),
        new: matches.new.into_iter().map(|now| places[now]).collect(),
        gone: matches.gone,
        offered: matches.offered.into_iter().map(of_pair).collect(),
    }
}
