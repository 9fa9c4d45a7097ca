-- Which database this is, among all of all clusters.
select system_identifier::text as system_identifier, current_database()::text as name
from pg_control_system()
