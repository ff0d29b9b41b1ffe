//! What is to be written of a document of a vocabulary, a tag, a term or an entity.

use model::catalogue::{TagTarget, TermDefinition};
use store::TermRow;

use crate::catalogue::{EntityInput, PlannedTag, VocabularyInput};

/// In the order in which they are written: a tag names its vocabulary.
pub(super) enum PlannedLabel {
    Vocabulary {
        name: String,
        input: VocabularyInput,
    },
    Tag {
        tag: Box<PlannedTag>,
        /// Assets that do not carry it yet.
        assets: Vec<TagTarget>,
    },
    Term {
        domain: String,
        term: TermDefinition,
        before: Option<Box<TermRow>>,
        /// Columns that it is not mapped to yet.
        columns: Vec<TagTarget>,
    },
    Entity {
        place: (String, String),
        input: Box<EntityInput>,
    },
}

impl PlannedLabel {
    pub(super) fn rank(&self) -> u8 {
        match self {
            Self::Vocabulary { .. } => 0,
            Self::Tag { .. } => 1,
            Self::Term { .. } => 2,
            Self::Entity { .. } => 3,
        }
    }
}
