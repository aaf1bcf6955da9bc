"""The margins and the two columns of the sheet."""

from sikpro.application.reports.sheet.canvas import HEIGHT, WIDTH

LEFT, RIGHT, TOP, BOTTOM = 44, WIDTH - 44, 40, HEIGHT - 36
GAP = 32
COLUMN = (RIGHT - LEFT - GAP) / 2
SECOND = LEFT + COLUMN + GAP
