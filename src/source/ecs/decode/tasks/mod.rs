//! Decoders of ECS tasks: the record that Portolan keeps of a task, the instance in the model, and the policy
//! for stopped tasks.

pub(crate) mod instance;
pub(crate) mod stopped_task_policy;
pub(crate) mod task_record;
