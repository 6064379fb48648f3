mod beside;
mod end_to_end;
mod made_up;
mod telling;
