//! Decoders of ECS tasks: the record that Portolan keeps of a task, the instance on the screen, and the
//! policy by which a stopped task counts against its service.

pub(crate) mod instance;
pub(crate) mod stopped_task_policy;
pub(crate) mod task_record;
