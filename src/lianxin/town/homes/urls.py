"""Addresses of the homes of people in posts."""

from django.urls import path

from lianxin.town.homes import (
    centres,
    details,
    field,
    field_case,
    field_checkin,
    field_day,
    front,
    grids,
    hiring,
    leaves,
    passwords,
    people,
    plates,
    registering,
    supervise,
    townpage,
)
from lianxin.town.homes.asking import pages as asking
from lianxin.town.homes.boundary import pages as boundary
from lianxin.town.homes.casemap import pages as casemap
from lianxin.town.homes.importing import backward, exporting
from lianxin.town.homes.importing import pages as importing
from lianxin.town.homes.ledger import pages as ledger
from lianxin.town.homes.records import pages as records
from lianxin.town.homes.reform import lines, micro, past
from lianxin.town.homes.reform import pages as reform
from lianxin.town.homes.routing import pages as routing
from lianxin.town.homes.sites import pages as sites
from lianxin.town.homes.sites import phone, writing
from lianxin.town.homes.wall import displays
from lianxin.town.homes.wall import views as wall
from lianxin.town.homes.workflows import pages as workflows
from lianxin.town.homes.workflows import writing as workflow_writing

urlpatterns = [
    path("", front.home, name="home"),
    path("field/", field.field, name="field"),
    path("field/raise/", field.raising, name="field-raise"),
    path("field/day.json", field_day.field_day, name="field-day"),
    path("field/offline/", field_day.field_offline, name="field-offline"),
    path("field/sw.js", field_day.field_worker, name="field-worker"),
    path("field/check-in/", field_checkin.field_check_in, name="field-check-in"),
    path("field/grids/<str:code>/", plates.field_grid, name="field-grid"),
    path("field/sites/<str:code>/", phone.field_site, name="field-site"),
    path("g/<str:code>/", phone.plate, name="plate"),
    path("field/near/", field.near, name="field-near"),
    path("field/cases/<str:number>/", field_case.field_case, name="field-case"),
    path("field/cases/<str:number>/act", field_case.field_act, name="field-act"),
    path("supervise/", supervise.supervise, name="supervise"),
    path("supervise/sample/", supervise.draw, name="supervise-draw"),
    path("town/", townpage.town_page, name="town-page"),
    path("town/cases/", townpage.town_cases, name="town-cases"),
    path("wall/", wall.wall, name="wall"),
    path("wall/figures", wall.wall_figures, name="wall-figures"),
    path("wall/displays/", displays.displays, name="wall-displays"),
    path("wall/displays/<int:pk>/end/", displays.end_display, name="wall-display-end"),
    path("wall/<slug:token>/", wall.display, name="wall-display"),
    path("wall/<slug:token>/figures", wall.display_figures, name="wall-display-figures"),
    path("setup/questions/", asking.question_list, name="questions"),
    path("setup/questions/<int:pk>/", asking.question_page, name="questions-of"),
    path("setup/routes/", routing.route_list, name="routes"),
    path("setup/routes/+new/", routing.route_new, name="route-new"),
    path("setup/routes/+why/", routing.route_why, name="route-why"),
    path("setup/routes/<int:pk>/", routing.route_page, name="route"),
    path("setup/workflows/", workflows.workflow_list, name="workflows"),
    path("setup/workflows/+new/", workflow_writing.workflow_new, name="workflow-new"),
    path("setup/workflows/<slug:key>/", workflows.workflow_page, name="workflow"),
    path("setup/workflows/<slug:key>/compare/", workflows.workflow_compare, name="workflow-compare"),
    path("setup/workflows/<slug:key>/change/", workflow_writing.workflow_change, name="workflow-change"),
    path("setup/workflows/<slug:key>/newer/", workflow_writing.workflow_newer, name="workflow-newer"),
    path("setup/workflows/<slug:key>/v<int:version>.yaml", workflows.workflow_file, name="workflow-file"),
    path("casemap/", casemap.case_map, name="case-map"),
    path("casemap/marks.geojson", casemap.case_marks, name="case-marks"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/check/", ledger.ledger_check, name="ledger-check"),
    path("grids/", grids.grids, name="grids"),
    path("grids/boundaries.geojson", grids.boundaries, name="grid-boundaries"),
    path("grids/<int:pk>/", grids.grid, name="grid"),
    path("grids/centres/<int:pk>/", centres.centre, name="centre"),
    path("grids/<int:pk>/change/", reform.grid_change, name="grid-change"),
    path("grids/<int:pk>/reform/", reform.grid_reform, name="grid-reform"),
    path("grids/<int:pk>/micro/", micro.grid_micro, name="grid-micro"),
    path("grids/<int:pk>/representative/", micro.micro_change, name="micro-change"),
    path("grids/<int:pk>/end/", micro.micro_end, name="micro-end"),
    path("grids/<int:pk>/lines/", lines.grid_lines, name="grid-lines"),
    path("grids/<int:pk>/past/", past.grid_past, name="grid-past"),
    path("grids/<int:pk>/plates/", plates.plates, name="grid-plates"),
    path("grids/<int:pk>/boundary/", boundary.boundary, name="grid-boundary"),
    path("grids/<int:pk>/boundary/sheet.json", boundary.boundary_sheet, name="grid-boundary-sheet"),
    path("grids/<int:pk>/boundary/history/", boundary.boundary_history, name="grid-boundary-history"),
    path("grids/<int:pk>/boundary/history/shapes.geojson", boundary.boundary_shapes, name="grid-boundary-shapes"),
    path("sites/", sites.site_list, name="sites"),
    path("sites/new/", writing.site_new, name="site-new"),
    path("sites/plates/", sites.site_plates, name="site-plates"),
    path("sites/<str:code>/", sites.site_page, name="site"),
    path("sites/<str:code>/plate/", sites.site_plate, name="site-plate"),
    path("sites/<str:code>/change/", writing.site_change, name="site-change"),
    path("sites/<str:code>/end/", writing.site_end, name="site-end"),
    path("setup/import/", importing.import_start, name="setup-import"),
    path("setup/import/taken/", backward.imports_taken, name="setup-imports-taken"),
    path("setup/import/taken/<int:pk>/", backward.import_back, name="setup-import-back"),
    path("setup/import/<int:pk>/", importing.import_look, name="setup-import-look"),
    path("setup/import/<int:pk>/faults.csv", importing.import_faults, name="setup-import-faults"),
    path("setup/import/<int:pk>/take/", importing.import_take, name="setup-import-take"),
    path("setup/import/<int:pk>/drop/", importing.import_drop, name="setup-import-drop"),
    path("setup/export/", exporting.export, name="setup-export"),
    path("desk/print/register/", registering.register_out, name="register-out"),
    path("records/<slug:key>/<int:pk>/", records.record_page, name="record"),
    path("staff/", people.staff_directory, name="staff-directory"),
    path("staff/new/", hiring.staff_new, name="staff-new"),
    path("staff/passwords/", passwords.staff_passwords, name="staff-passwords"),
    path("staff/<int:pk>/", people.staff_post, name="staff-post"),
    path("staff/<int:pk>/change/", details.staff_change, name="staff-change"),
    path("staff/<int:pk>/password/", passwords.staff_password, name="staff-password"),
    path("staff/<int:pk>/leave/", people.staff_leave, name="staff-leave"),
    path("staff/<int:pk>/away/", leaves.staff_away, name="staff-away"),
    path("staff/<int:pk>/away/<int:leave>/end/", leaves.staff_back, name="staff-back"),
]
