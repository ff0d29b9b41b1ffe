//! What the page of tags and vocabularies does.

use super::api_tags::{DeleteTag, DeleteVocabulary, MergeTags, SetTag, SetVocabulary};
use crate::ui::FormAction;

#[derive(Clone, Copy)]
pub(super) struct Acts {
    pub(super) set: FormAction<SetTag>,
    pub(super) delete: FormAction<DeleteTag>,
    pub(super) merge: FormAction<MergeTags>,
    pub(super) set_vocabulary: FormAction<SetVocabulary>,
    pub(super) delete_vocabulary: FormAction<DeleteVocabulary>,
}
