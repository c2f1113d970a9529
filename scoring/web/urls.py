from django.urls import path

from scoring.web import points

urlpatterns = [
    path("points/", points.mine, name="points"),
    path("points/board/", points.board, name="points-board"),
]
