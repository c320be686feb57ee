//! Operations on ECS services and tasks: reads them anew for a plan, and sends confirmed changes.

mod exec;
mod manager;
mod place;
mod read;
mod rollback_target;
mod scaling_range;
mod send;
mod service_deployments;
mod task_protection;

pub(super) use place::CallerIdentity;

use super::Ecs;
use crate::{
    model::Failure,
    operation::{ConfirmedChange, ConfirmedShell, OperationPlace, OperationReading, OperationRequest},
    source::{ChangeReceipt, Operator, shell::Shell},
};
use futures::{FutureExt, future::BoxFuture};

impl Operator for Ecs {
    fn place(&self) -> BoxFuture<'_, Result<OperationPlace, Failure>> {
        place::read_place(self).boxed()
    }

    fn read_targets<'a>(
        &'a self,
        request: &'a OperationRequest,
    ) -> BoxFuture<'a, Result<OperationReading, Failure>> {
        read::read_targets(self, request).boxed()
    }

    fn send<'a>(&'a self, change: ConfirmedChange<'a>) -> BoxFuture<'a, Result<ChangeReceipt, Failure>> {
        async move { send::send_change(self.api().await?, change).await }.boxed()
    }

    fn open_shell<'a>(&'a self, confirmed: &'a ConfirmedShell) -> BoxFuture<'a, Result<Shell, Failure>> {
        async move { exec::open_shell(self.api().await?, confirmed).await }.boxed()
    }
}
