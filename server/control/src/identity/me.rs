//! What the portal's frame says: who is signed in, what waits for them, and what the gateways serve.

use model::alert::Phase;
use model::clock::{MINUTE, Millis};
use model::view::{Me, NodeView, RequestState};
use model::{Action, Problem};
use store::{NodeRow, StoreError};

use crate::{Caller, Control};

/// A gateway that has not reported for this long is gone.
const NODE_SILENCE: Millis = MINUTE;

impl Control {
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn me(&self, caller: &Caller) -> Result<Me, Problem> {
        let mut domains = caller.roles().clone();
        if caller.is_admin() {
            for domain in self.store.domains().await? {
                domains.entry(domain.name).or_default();
            }
        }
        let requests = self.requests(caller).await?;
        let to_decide = requests.iter().filter(|request| request.state == RequestState::Open && request.may_decide).count();
        // Counted by the database: the frame stands around every page, and there may be thousands of states.
        let unattended = self.store.unattended_alerts().await?;
        let of_domains: i64 = unattended.iter().filter(|(domain, _)| caller.can(Action::See, domain)).map(|(_, alerts)| alerts).sum();
        let of_node = self.figures_alert(caller).is_some_and(|alert| alert.phase == Phase::Firing);
        Ok(Me {
            email: caller.email().to_owned(),
            form_token: self.form_token(caller),
            is_admin: caller.is_admin(),
            domains,
            to_decide: i64::try_from(to_decide).unwrap_or(i64::MAX),
            firing: of_domains + i64::from(of_node),
            revision: self.store.revision().await?,
            nodes: self.nodes().await?,
        })
    }

    /// The gateways that report, with what each serves.
    pub(crate) async fn nodes(&self) -> Result<Vec<NodeView>, Problem> {
        let since = self.host.now() - NODE_SILENCE;
        let rows = self.store.nodes(since).await?;
        let view = |row: NodeRow| Ok(NodeView { broken: row.decoded_broken()?, id: row.id, revision: row.revision });
        Ok(rows.into_iter().map(view).collect::<Result<_, StoreError>>()?)
    }
}
