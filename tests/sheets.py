"""A sheet of questions that tests publish for a category."""

DOGS = """questions:
  - key: bitten
    ask: {zh: 有人被咬伤吗, en: Has anybody been bitten}
    type: yes_no
    required: true
    stop: {when: yes, say: {zh: 请先就医并拨打 110。, en: See a doctor and call 110.}}
  - key: sort
    ask: {zh: 是什么犬, en: Which dogs}
    type: choice
    required: true
    options: {stray: {zh: 流浪犬, en: Strays}, kept: {zh: 家养犬, en: Kept dogs}}
  - key: many
    ask: {zh: 大约几条, en: About how many}
    type: number
    least: 1
    when: {sort: stray}
"""
