#!/bin/sh
# Sources described by files: added, checked, listed, paused; a mistyped setting is told of with its line.
. "$(dirname "$0")/lib.sh"
for file in crawl_news feed_blogs push_orders; do tilth source add "$examples/$file.toml"; done
expect "is sound" tilth source check news
expect "paused" tilth source pause blogs
expect "orders" tilth source list
sed 's/max_pages/max_pagse/; s/"news"/"more"/' "$examples/crawl_news.toml" >wrong.toml
refused 2 "line 7: unknown key 'max_pagse'" tilth source add wrong.toml
