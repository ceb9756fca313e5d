#!/bin/sh
# Rules take the fields of a page apart; tried here on a page at hand, without network or database.
. "$(dirname "$0")/lib.sh"
cat >pages.jsonl <<'JSON'
{"url": "https://shop.example/list", "html": "<html lang='en'><div class='card' data-sku='a-1'><h2>Kettle</h2><p class='price'>1,234.50 EUR</p></div><div class='card' data-sku='a-2'><h2>Lamp</h2><p class='price'>12.50</p></div></html>"}
JSON
scraped() { "$program" inspect scrape --rules "$examples/scrape_shop.toml" <pages.jsonl; }
expect "Kettle" scraped
expect "a-2" scraped
