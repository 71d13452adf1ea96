"""Metrics of publicity: videos, plays, messages, events."""

from functools import partial

from research.metrics import catalogue
from research.metrics.catalogue import Quantity

metric = partial(catalogue.metric, lane="publicity")


@metric(unit="play per video", zh="单条视频平均播放量", en="Plays per video")
def plays_per_video(x: Quantity) -> Quantity:
    """A mean: a few videos take most plays.
    平均数：少数视频占去大部分播放量。"""
    return x.video_plays / x.videos_published


@metric(unit="play per person", zh="人均播放次数", en="Plays per head")
def plays_per_head(x: Quantity) -> Quantity:
    """Over all inhabitants; plays are not viewers, and one viewer can play often.
    按全部人口计算；播放次数不是观看人数。"""
    return x.video_plays / x.population


@metric(unit="video per day", zh="日均发布视频", en="Videos published per day")
def videos_per_day(x: Quantity) -> Quantity:
    """Of the national centre's own accounts, since the first of them was opened.
    指国家反诈中心官方账号自开通以来发布的视频。"""
    return x.videos_published / x.days


@metric(unit="sms per person", zh="人均公益短信", en="Publicity messages per head")
def publicity_messages_per_head(x: Quantity) -> Quantity:
    """Sent by operators to numbers, not to persons; many hold several numbers.
    运营商按号码发送；不少人持有多个号码。"""
    return x.publicity_sms / x.population


@metric(unit="sms per event", zh="每场宣传活动对应公益短信", en="Publicity messages per event")
def publicity_messages_per_event(x: Quantity) -> Quantity:
    """Two means of publicity beside each other, at a distance and on the spot.
    线上与线下两种宣传方式的规模对照。"""
    return x.publicity_sms / x.publicity_events
