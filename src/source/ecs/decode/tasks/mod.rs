//! ECS tasks: the record kept of each, the instance it becomes, and how a stopped task counts against its service.

pub(crate) mod instance;
pub(crate) mod stopped_task_policy;
pub(crate) mod task_record;
