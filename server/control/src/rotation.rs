//! Rotation of the master key: every stored secret is sealed under the new key, in one transaction.

use connect::vault::{NONCE_BYTES, Vault, seal_place};
use model::alert::receiver_place;
use model::audit::AuditAction;
use model::clock::SECOND;
use model::snapshot::{Environment, issuer_place};
use model::view::RequestKind;
use model::{Action, ErrorCode, Problem};
use store::{BindingRow, Tx};

use crate::{Caller, Control};

/// A node that runs reports every ten seconds; one that has not for this long has ended.
const NODE_ENDED: i64 = 15 * SECOND;

impl Control {
    /// Whether the master key can be rotated now. A node that runs would go on sealing under the old key.
    ///
    /// # Errors
    /// For the program itself and admins; where a node still runs.
    pub async fn refuse_rotation_while_served(&self, caller: &Caller) -> Result<(), Problem> {
        caller.authorise(Action::Administer, "")?;
        let nodes = self.store.nodes(self.host.now() - NODE_ENDED).await?;
        let Some(node) = nodes.first() else { return Ok(()) };
        let detail = format!(
            "Node {} is running. Stop every node, wait {} s, and rotate the key again. Nothing was changed.",
            node.id,
            NODE_ENDED / SECOND
        );
        Err(Problem::new(ErrorCode::Conflict, detail))
    }

    /// Seals every stored secret under another master key; gives how many there are. Secrets that are sealed under it
    /// already stay, so that a rotation that was interrupted can be run again.
    ///
    /// # Errors
    /// For the program itself and admins; where a node still runs, or a secret cannot be opened. Then nothing is changed.
    pub async fn rotate_master_key(&self, caller: &Caller, next: &Vault) -> Result<usize, Problem> {
        self.refuse_rotation_while_served(caller).await?;
        // Begun before anything is read: other writers wait for this change.
        let mut tx = self.write(caller).await?;
        let sources = self.store.sources().await?;
        let mut secrets = 0;
        for row in self.store.bindings().await? {
            let source = sources.iter().find(|source| source.id == row.source_id);
            let (Some(source), Some(environment)) = (source, Environment::from_key(&row.environment)) else {
                return Err(Problem::new(ErrorCode::Internal, "A binding has no source or no known environment. Nothing was changed."));
            };
            let place = seal_place(&source.name, environment);
            secrets += 1 + self.rotate_binding(&mut tx, next, (&row, &place)).await?;
        }
        for row in self.store.issuers().await? {
            if row.secret.is_empty() {
                continue;
            }
            secrets += 1;
            if let Some(secret) = self.resealed(next, &row.secret, &issuer_place(&row.id))? {
                tx.set_issuer_secret(&row.id, &secret).await?;
            }
        }
        for row in self.store.receivers().await? {
            if row.secret.is_empty() {
                continue;
            }
            secrets += 1;
            if let Some(secret) = self.resealed(next, &row.secret, &receiver_place(&row.id))? {
                tx.set_receiver_secret(&row.id, &secret).await?;
            }
        }
        self.note(&mut tx, AuditAction::MasterKeyRotated, ("", "master key"), None, Some(format!("{secrets} secrets"))).await?;
        self.commit(tx).await?;
        Ok(secrets)
    }

    /// The secrets of a binding, and those that wait for a decision to take their place; gives how many of the latter there are.
    async fn rotate_binding(&self, tx: &mut Tx, next: &Vault, (row, place): (&BindingRow, &str)) -> Result<usize, Problem> {
        let open = self.store.open_change(RequestKind::Binding.key(), &row.source_id, &row.environment).await?;
        let secret = self.resealed(next, &row.secret, place)?.unwrap_or_else(|| row.secret.clone());
        if secret != row.secret {
            let row = BindingRow { secret: secret.clone(), ..row.clone() };
            tx.put_binding(&row).await?;
        }
        let Some(request) = open else { return Ok(0) };
        let Some(held) = self.store.held_change(&request.id).await? else { return Ok(0) };
        let wanted = self.resealed(next, &held.secret, place)?.unwrap_or_else(|| held.secret.clone());
        // A request over another binding than the one that stands cannot be approved, and stays so.
        let before = match held.before_secret == row.secret {
            true => secret,
            false => self.resealed(next, &held.before_secret, place)?.unwrap_or_else(|| held.before_secret.clone()),
        };
        tx.set_held_secrets(&request.id, &before, &wanted).await?;
        Ok(1)
    }

    /// A secret under the next key; `None` where it is already, which is tried.
    fn resealed(&self, next: &Vault, sealed: &[u8], place: &str) -> Result<Option<Vec<u8>>, Problem> {
        let failed = |error: connect::vault::VaultError| {
            Problem::new(ErrorCode::Conflict, format!("The secret of {place} cannot be opened or sealed: {error}. Nothing was changed."))
        };
        if next.has_sealed(sealed) {
            return next.open(sealed, place).map(|_| None).map_err(failed);
        }
        let plain = self.vault.open(sealed, place).map_err(failed)?;
        let mut nonce = [0; NONCE_BYTES];
        self.host.fill_random(&mut nonce);
        next.seal(&plain, place, nonce).map(Some).map_err(failed)
    }
}
