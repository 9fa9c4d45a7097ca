drop table cuepoint.content_numbers;
