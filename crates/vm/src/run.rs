pub enum Exit {}
