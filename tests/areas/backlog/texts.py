"""Documents as Hypothesis makes them: lines of the owner's format, put together without sense."""

from hypothesis import strategies as st

LINES = [
    "",
    " ",
    *"""
---
***
# LAB
## TIER 1: ONE (x)
## TIER 2
### 1.1 One
### 1.1 Two ✅ COMPLETE
### 1.2
### 1.3 Three ###
#### 3.
### Fix it
**Priority:** HIGH | **Effort:** 30 min
**Priority:** BLOCKED (needs x)
**Run:** a.b {
**Hydra:** held: x
**Hydra:** x | **Task:** y
**Task:** it
- one
\t- two
1. One
```
```bash
~~~
<!--
-->
<!-- x -->
| a | b |
|---|---|
*note*
> quote
### Phase A: Now (overnight)
### What Requires User Input:
### Without any user input
words
### Protocol
## EXECUTION ORDER
- Tier 1.1: x
- All Tier 1
**Command:**
POST /x
**Window:** now
""".strip().split("\n"),
]

documents = st.builds(
    lambda pairs: "".join(line + ending for line, ending in pairs),
    st.lists(
        st.tuples(
            st.one_of(
                st.sampled_from(LINES),
                st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
            ),
            st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", ""]),
        ),
        max_size=40,
    ),
)
