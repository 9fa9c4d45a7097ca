-- How much of the notification queue is taken, from 0 to 1. All databases of the server share it; it fills
-- while some session listens and stays in a transaction.
select pg_notification_queue_usage() as usage
