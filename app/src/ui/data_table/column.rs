//! A column of a list: its head, by which rows are sorted, and its cell in each row.

use leptos::prelude::*;
use model::list::ListQuery;

use super::place::ListPlace;

/// What of a column does not depend on the rows.
#[derive(Clone, Copy)]
pub(super) struct Head {
    /// What the address and the server call it.
    pub(super) key: &'static str,
    pub(super) title: &'static str,
    /// Of its head and its cells.
    class: &'static str,
    pub(super) sorts: bool,
    /// It says which row it is: it is never hidden, and leads the card that a row is on a narrow screen.
    leads: bool,
    /// Its head is for those who do not see it: the buttons below say what they do.
    acts: bool,
}

pub(crate) struct Column<T> {
    pub(super) head: Head,
    /// `None` where it holds nothing: on a narrow screen its name would stand alone.
    cell: Box<dyn Fn(&T) -> Option<AnyView> + Send + Sync>,
}

/// A text, where there is one.
pub(crate) fn some_text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

impl<T> Column<T> {
    pub(crate) fn new<V: IntoView + 'static>(
        key: &'static str,
        title: &'static str,
        cell: impl Fn(&T) -> V + Send + Sync + 'static,
    ) -> Self {
        Self::optional(key, title, move |row| Some(cell(row)))
    }

    /// One whose cell is empty in some rows.
    pub(crate) fn optional<V: IntoView + 'static>(
        key: &'static str,
        title: &'static str,
        cell: impl Fn(&T) -> Option<V> + Send + Sync + 'static,
    ) -> Self {
        let cell = Box::new(move |row: &T| cell(row).map(IntoAny::into_any));
        Self { head: Head { key, title, class: "", sorts: false, leads: false, acts: false }, cell }
    }

    pub(crate) fn class(mut self, class: &'static str) -> Self {
        self.head.class = class;
        self
    }

    /// The server can sort by it.
    pub(crate) fn sorts(mut self) -> Self {
        self.head.sorts = true;
        self
    }

    pub(crate) fn leads(mut self) -> Self {
        self.head.leads = true;
        self
    }

    pub(crate) fn acts(mut self) -> Self {
        self.head.acts = true;
        self
    }

    pub(super) fn cell(&self, row: &T, query: Memo<ListQuery>) -> AnyView {
        self.head.cell((self.cell)(row), query)
    }
}

impl Head {
    pub(super) fn may_be_hidden(self) -> bool {
        !self.leads && !self.acts
    }

    pub(super) fn view(self, place: ListPlace, query: Memo<ListQuery>) -> AnyView {
        let (key, title, class) = (self.key, self.title, self.class);
        let hidden = move || query.with(|query| query.hidden.contains(key));
        if self.acts {
            return view! { <th class=class scope="col"><span class="sr">{title}</span></th> }.into_any();
        }
        if !self.sorts {
            return view! { <th class=class scope="col" hidden=hidden>{title}</th> }.into_any();
        }
        let order = move || query.with(|query| query.sorted_by(key)).map(|descending| if descending { "descending" } else { "ascending" });
        let to = move || query.with(|query| place.link(&query.sorted(key)));
        view! { <th class=class scope="col" hidden=hidden aria-sort=order><a class="sort" href=to data-noscroll="true">{title}</a></th> }
            .into_any()
    }

    fn cell(self, content: Option<AnyView>, query: Memo<ListQuery>) -> AnyView {
        let (key, title) = (self.key, self.title);
        if self.leads {
            let class = format!("lead-cell {}", self.class);
            return view! { <td class=class>{content}</td> }.into_any();
        }
        if self.acts {
            return view! { <td class=self.class>{content}</td> }.into_any();
        }
        let hidden = move || query.with(|query| query.hidden.contains(key));
        let label = content.is_some().then_some(title);
        view! { <td class=self.class data-label=label hidden=hidden>{content}</td> }.into_any()
    }
}
